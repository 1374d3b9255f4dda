------------------------------- MODULE Rounds -------------------------------
(* Rounds of an exchange of counts: which ranks are waited for, how a round ends, and which round comes next, as
   io.lplb.exchange.RoundBoard decides it and io.lplb.exchange.aeron.AeronExchange drives it. README.md beside this file has
   the commands, the results and the methods that the actions stand for.

   While faults last, messages may be lost, late or out of order, a rank may stop for any time, end a round at any time, be
   killed and started anew, change its placement, or plan otherwise than the others. After the action Calm nothing is lost, and
   time passes: a rank waits for the others up to Deadline ticks and begins the next round Batch ticks after the last.

   Counts of a process differ from round to round, so that a process stands for its counts. *)
EXTENDS Integers, FiniteSets

CONSTANTS
    N,           \* ranks
    FaultRounds, \* rounds that a rank may begin while faults last
    Restarts,    \* processes that are killed and started anew
    Moves,       \* changes of a placement
    Misplans,    \* plans that differ from the others' of the same counts
    Ends,        \* whether faults end
    Early,       \* whether a process may be started anew in its group's first round, too
    Deadline,    \* ticks that a rank waits for the others
    Batch,       \* set of ticks from the end of a round to the next
    Bound,       \* rounds within which ranks agree again
    Lead,        \* RoundBoard.FIRST_LEAD
    Dropped      \* names of rules that are left out; {} is the code

Hearing == 4   \* RoundBoard.HEARING
Patience == 3  \* RoundBoard.PATIENCE
LargestLead == 1024
Absent == 1000000
Ranks == 0 .. N - 1
Others(r) == Ranks \ {r}
Max(S) == CHOOSE x \in S : \A y \in S : x >= y
Min(S) == CHOOSE x \in S : \A y \in S : x <= y
Rule(name) == name \notin Dropped

VARIABLES
    board,    \* [Ranks -> Board]
    process,  \* [Ranks -> the process that runs, from 1]
    place,    \* [Ranks -> the placement that the next round is for]
    announced,\* [Ranks -> the round that a new process has announced, -1 for none]
    transit,  \* messages under way, each with the ranks that it has not reached
    left,     \* what is left of the faults
    timer,    \* [Ranks -> ticks], after Calm
    calm,     \* whether faults are over
    ended,    \* [Ranks -> rounds ended since Calm]
    status,   \* [Ranks -> how the last round ended]
    planned,  \* rounds that a plan was made from: round, process and placement whose counts were there, and status
    odd,      \* the rank and round of a plan that differs, or none
    unseen,   \* whether a plan that differs was not noticed
    strayed   \* whether a rank has left rounds out for a rank of another placement

vars == <<board, process, place, announced, transit, left, timer, calm, ended, status, planned, odd, unseen, strayed>>

-----------------------------------------------------------------------------
NoPeer(first) == [
    session |-> first, last |-> -1, from |-> 0, announced |-> FALSE, said |-> -1, saidPlace |-> 0,
    age |-> Hearing + 1, helped |-> FALSE, lost |-> FALSE, kept |-> {}]

NewBoard(r, peers) == [
    round |-> -1, open |-> FALSE, place |-> 0, otherPlace |-> 0, joining |-> FALSE, started |-> FALSE, newest |-> -1,
    aim |-> -1, lead |-> Lead, attempts |-> 0, unexpected |-> 0, planRound |-> -1, planHash |-> 0,
    expects |-> {}, view |-> <<>>, peer |-> peers]

(* RoundBoard.forget and meet. *)
Meet(b, p, session) ==
    IF p.session = 0 \/ p.session = session THEN [p EXCEPT !.session = session]
    ELSE [NoPeer(session) EXCEPT !.lost = b.open, !.from = IF b.round >= 0 THEN Absent ELSE p.from, !.saidPlace = p.saidPlace]

(* RoundBoard.announce. *)
Announce(b, p, round) ==
    IF round >= 0 /\ (p.from = Absent \/ p.announced) /\ round > b.round
    THEN [p EXCEPT !.from = round, !.announced = TRUE] ELSE p

(* RoundBoard.note. *)
Note(p, round, placement, joining) ==
    IF ~joining /\ round > p.said THEN [p EXCEPT !.said = round, !.saidPlace = placement] ELSE p

HearsSelf(m, r) == r \in m.hears \/ ~Rule("hears")
SamePlace(b, placement) == placement = b.place \/ ~Rule("foreign")

(* RoundBoard.claim and commit. *)
Take(b, r, p, m) ==
    IF m.round <= p.last THEN [p EXCEPT !.age = 0]
    ELSE IF m.round < b.round \/ (m.round = b.round /\ ~b.open)
    THEN LET last == IF b.open THEN b.round - 1 ELSE b.round
             help == m.round = last /\ p.from = Absent /\ ~p.helped /\ Rule("help")
         IN  [p EXCEPT !.age = 0, !.last = m.round, !.helped = @ \/ help, !.from = IF help THEN b.round + 1 ELSE @]
    ELSE LET returns == /\ p.from = Absent \/ (p.announced /\ p.from > b.round)
                        /\ SamePlace(b, m.place)
                        /\ HearsSelf(m, r)
             q == [p EXCEPT !.age = 0, !.last = m.round, !.kept = @ \union {m},
                            !.from = IF returns THEN m.round ELSE @, !.announced = IF returns THEN FALSE ELSE @]
         IN  Note(q, m.round, m.place, m.joining \/ (b.round >= 0 /\ ~HearsSelf(m, r)))

RECURSIVE TakeAll(_, _, _, _)
TakeAll(b, r, p, ms) ==
    IF ms = {} THEN p
    ELSE LET m == CHOOSE x \in ms : \A y \in ms : x.round <= y.round IN TakeAll(b, r, Take(b, r, p, m), ms \ {m})

Pending(r, s, session) == {m \in transit : m.by = s /\ m.process = session /\ r \in m.to}

(* What may have come to rank r from rank s: the peer as it is then, and the last round that has come or is lost. *)
Arrivals(r, s) ==
    LET b == board[r]
        p == b.peer[s]
        known == IF p.session = 0 THEN {} ELSE
                 {[peer |-> TakeAll(b, r, p, ms), session |-> p.session, last |-> IF ms = {} THEN -1 ELSE Max({m.round : m \in ms})]
                     : ms \in IF calm THEN {Pending(r, s, p.session)} ELSE SUBSET Pending(r, s, p.session)}
        new == {Announce(b, Meet(b, p, process[s]), n) : n \in {-1, announced[s]}}
        met == UNION {
                 {[peer |-> TakeAll(b, r, q, ms), session |-> process[s], last |-> IF ms = {} THEN -1 ELSE Max({m.round : m \in ms})]
                     : ms \in IF calm THEN {Pending(r, s, process[s])} ELSE SUBSET Pending(r, s, process[s])} : q \in new}
    IN  IF p.session = process[s] THEN known
        ELSE IF calm THEN met
        ELSE met \union (IF p.session = 0 THEN {[peer |-> p, session |-> 0, last |-> -1]} ELSE known)

(* All that may have come to rank r, one arrival of each other rank. *)
AllArrivals(r) ==
    LET f == [s \in Others(r) |-> Arrivals(r, s)]
    IN  {a \in [Others(r) -> UNION {f[s] : s \in Others(r)}] : \A s \in Others(r) : a[s] \in f[s]}

Without(r, arrived) ==
    {m \in {[m EXCEPT !.to = IF m.by \in DOMAIN arrived
                               /\ (m.process < arrived[m.by].session
                                   \/ (m.process = arrived[m.by].session /\ m.round <= arrived[m.by].last))
                             THEN @ \ {r} ELSE @] : m \in transit} : m.to /= {}}

WithPeers(b, arrived) == [b EXCEPT !.peer = [s \in DOMAIN b.peer |-> arrived[s].peer]]

(* RoundBoard.newest; before is whether the rank has had no round. *)
Newest(b, before) ==
    Max({b.newest} \union {b.peer[s].said : s \in
        {x \in DOMAIN b.peer : before \/ ~Rule("foreign") \/ b.peer[x].saidPlace \in {b.place, b.otherPlace}}})

(* RoundBoard.nextRound. *)
NextRound(b) ==
    LET far == Newest(b, b.round < 0)
        behind == far > b.round + 1 \/ (b.round < 0 /\ far >= 0)
                  \/ (b.unexpected >= Patience /\ far > b.round /\ Rule("patience"))
    IN  IF b.aim > b.round /\ b.aim >= far THEN b.aim
        ELSE IF behind /\ Rule("join") THEN ((far + b.lead + 1) \div 2) * 2 ELSE b.round + 1

Here(b, s) == {m \in b.peer[s].kept : m.round = b.round /\ m.place = b.place /\ ~b.peer[s].lost}

(* RoundBoard.isSettled. *)
Settled(b) == \A s \in DOMAIN b.peer : b.peer[s].from > b.round \/ b.peer[s].last >= b.round

(* RoundBoard.nextSent. *)
NextSent(b, r, s) ==
    LET later == {m.round : m \in {x \in b.peer[s].kept : x.round > b.round /\ x.place = b.place /\ HearsSelf(x, r)}}
    IN  IF later = {} THEN Absent ELSE Min(later)

-----------------------------------------------------------------------------
(* RoundBoard.begin, by AeronExchange.start: sends the counts to all. *)
Begin(r) ==
    /\ ~board[r].open
    /\ IF calm THEN timer[r] = 0 ELSE left.rounds[r] > 0
    /\ \E arrived \in AllArrivals(r) :
        LET b == WithPeers(board[r], arrived)
            n == NextRound(b)
            c == [b EXCEPT !.otherPlace = IF b.round < 0 THEN place[r] ELSE IF place[r] /= b.place THEN b.place ELSE @,
                           !.place = place[r]]
            joining == n > Newest(c, b.round < 0) + 1
            attempts == IF joining THEN b.attempts + 1 ELSE b.attempts
            expects == {r} \union {s \in Others(r) : b.peer[s].from <= n}
            view == [s \in Ranks |-> IF s = r THEN process[r] ELSE b.peer[s].session]
            aged == [s \in Others(r) |-> [b.peer[s] EXCEPT !.lost = FALSE, !.age = IF @ > Hearing THEN @ ELSE @ + 1,
                                                           !.kept = {m \in @ : m.round >= n}]]
        IN  /\ board' = [board EXCEPT ![r] = [c EXCEPT
                    !.round = n, !.open = TRUE, !.joining = joining, !.attempts = IF attempts > 2 THEN 2 ELSE attempts,
                    !.lead = IF joining /\ attempts > 1 THEN Min({2 * @, LargestLead}) ELSE @,
                    !.expects = expects, !.view = view, !.peer = aged]]
            /\ transit' = Without(r, arrived) \union
                   {[by |-> r, process |-> process[r], round |-> n, place |-> place[r], joining |-> joining \/ ~b.started,
                     expects |-> expects, view |-> view, planRound |-> b.planRound, planHash |-> b.planHash,
                     hears |-> {r} \union {s \in Others(r) : aged[s].age <= Hearing}, to |-> Others(r)]}
            /\ strayed' = (strayed \/ (/\ b.round >= 0
                                       /\ n > b.round + 1
                                       /\ \A s \in Others(r) : b.peer[s].saidPlace \in {b.place, b.otherPlace} => b.peer[s].said <= b.round))
    /\ left' = IF calm THEN left ELSE [left EXCEPT !.rounds[r] = @ - 1]
    /\ timer' = [timer EXCEPT ![r] = IF calm THEN Deadline ELSE 0]
    /\ UNCHANGED <<process, place, announced, calm, ended, status, planned, odd, unseen>>

(* Whether all ranks said that they wait for all, and for the same processes: RoundBoard.allExpectAll. *)
AllExpectAll(b, r, said) ==
    /\ Rule("all") => (b.expects = Ranks /\ \A s \in Others(r) : said[s].expects = Ranks)
    /\ Rule("views") => \A s \in Others(r) : said[s].view = b.view

Forgotten(old) == {a \in old : ~calm \/ \E r \in Ranks : board[r].round <= a.round}

(* RoundBoard.end, by AeronExchange.gather. *)
End(r) ==
    /\ board[r].open
    /\ \E arrived \in AllArrivals(r), hash \in IF ~calm /\ left.misplans > 0 THEN {0, 1} ELSE {0}, pause \in Batch :
        LET b == WithPeers(board[r], arrived)
            heard == {s \in Others(r) : Here(b, s) /= {}}
            said == [s \in heard |-> CHOOSE m \in Here(b, s) : TRUE]
            missing == Others(r) \ heard
            result == IF missing \intersect b.expects /= {} THEN "MISSED"
                      ELSE IF missing /= {} THEN "PARTIAL"
                      ELSE IF AllExpectAll(b, r, said) THEN "COMPLETE" ELSE "PARTIAL"
            unexpected == \E s \in heard : r \in said[s].hears /\ r \notin said[s].expects
            differing == {s \in heard : said[s].planRound = b.planRound /\ b.planRound >= 0 /\ Rule("plans")
                                        /\ said[s].planHash /= b.planHash}
            peers == [s \in Others(r) |->
                [b.peer[s] EXCEPT !.helped = IF s \in heard THEN FALSE ELSE @,
                                  !.from = IF s \notin heard /\ @ <= b.round THEN NextSent(b, r, s) ELSE @,
                                  !.kept = {m \in @ : m.round > b.round}]]
            c == [b EXCEPT !.open = FALSE, !.started = TRUE, !.peer = peers, !.expects = {}, !.view = <<>>,
                           !.unexpected = IF unexpected THEN Min({@ + 1, Patience}) ELSE 0]
            kept == Newest(c, FALSE) <= b.round
            d == IF result = "MISSED" THEN c
                 ELSE [c EXCEPT !.lead = IF kept THEN Lead ELSE @, !.attempts = IF kept THEN 0 ELSE @,
                                !.newest = Max({@, b.round})]
            counts == [round |-> b.round, place |-> b.place, complete |-> result = "COMPLETE",
                       of |-> [s \in Ranks |-> IF s = r THEN process[r] ELSE IF s \in heard THEN said[s].process ELSE 0]]
        IN  /\ calm => (Settled(b) \/ timer[r] = 0)
            /\ hash = 1 => (result = "COMPLETE" /\ odd = <<>>)
            /\ board' = [board EXCEPT ![r] = IF result = "COMPLETE" THEN [d EXCEPT !.planRound = b.round, !.planHash = hash] ELSE d]
            /\ transit' = Without(r, arrived)
            /\ status' = [status EXCEPT ![r] = result]
            /\ planned' = IF result /= "MISSED" THEN Forgotten(planned) \union {counts} ELSE Forgotten(planned)
            /\ odd' = IF hash = 1 THEN <<r, b.round>> ELSE odd
            /\ unseen' = (unseen \/ (/\ odd /= <<>>
                                     /\ r /= odd[1]
                                     /\ odd[1] \in heard
                                     /\ b.planRound = odd[2]
                                     /\ said[odd[1]].planRound = odd[2]
                                     /\ differing = {}))
            /\ left' = IF hash = 1 THEN [left EXCEPT !.misplans = @ - 1] ELSE left
            /\ timer' = [timer EXCEPT ![r] = IF calm THEN pause ELSE 0]
            /\ ended' = IF calm THEN [ended EXCEPT ![r] = Min({@ + 1, Bound + 2})] ELSE ended
            /\ ~calm => pause = Min(Batch)
    /\ UNCHANGED <<process, place, announced, calm, strayed>>

(* A process is killed, between rounds or in one, and a new one of the rank introduces itself: AeronExchange.introduce. It has
   heard all others, or all but one of a group that is at work. In the group's first round it may hear nothing of their rounds,
   as they are not in step yet; then it begins with the same round. *)
Restart(r) ==
    /\ ~calm
    /\ left.restarts > 0
    /\ \E heard \in {h \in SUBSET Others(r) : Cardinality(Others(r) \ h) <= 1 /\ h /= {}}, blind \in {Early, FALSE} :
        LET peers == [s \in Others(r) |->
                IF s \notin heard THEN [NoPeer(0) EXCEPT !.from = Absent]
                ELSE IF blind THEN NoPeer(process[s])
                ELSE Note(NoPeer(process[s]), board[s].round, board[s].place, board[s].joining \/ ~board[s].started)]
            b == NewBoard(r, peers)
            late == NextRound(b) > 0
        IN  /\ (heard /= Others(r) \/ ~Early) => late
            /\ board' = [board EXCEPT ![r] = IF late THEN [b EXCEPT !.aim = NextRound(b)] ELSE b]
            /\ announced' = [announced EXCEPT ![r] = IF late THEN NextRound(b) ELSE -1]
    /\ process' = [process EXCEPT ![r] = @ + 1]
    /\ transit' = {m \in {[m EXCEPT !.to = @ \ {r}] : m \in transit} : m.to /= {}}
    /\ left' = [left EXCEPT !.restarts = @ - 1]
    /\ UNCHANGED <<place, timer, calm, ended, status, planned, odd, unseen, strayed>>

(* A rank changes its placement, or returns to that of all. *)
Move(r) ==
    /\ ~calm
    /\ left.moves > 0
    /\ ~board[r].open
    /\ place' = [place EXCEPT ![r] = 3 - @]
    /\ left' = [left EXCEPT !.moves = @ - 1]
    /\ UNCHANGED <<board, process, announced, transit, timer, calm, ended, status, planned, odd, unseen, strayed>>

(* Faults end: all have one placement; of the messages under way, those between some ranks are lost. *)
Calm ==
    /\ ~calm
    /\ Ends
    /\ calm' = TRUE
    /\ place' = [r \in Ranks |-> 1]
    /\ \E lost \in SUBSET {<<m.by, s>> : m \in transit, s \in Ranks} :
        /\ \A c \in lost : \E m \in transit : m.by = c[1] /\ c[2] \in m.to
        /\ transit' = {m \in {[m EXCEPT !.to = {s \in @ : <<m.by, s>> \notin lost}] : m \in transit} : m.to /= {}}
    /\ \E t \in [Ranks -> {0, 1, Deadline}] :
        /\ \A r \in Ranks : ~board[r].open => t[r] <= Max(Batch)
        /\ timer' = t
    /\ left' = [rounds |-> [r \in Ranks |-> 0], restarts |-> 0, moves |-> 0, misplans |-> 0]
    /\ UNCHANGED <<board, process, announced, ended, status, planned, odd, unseen, strayed>>

(* Time passes when no rank can begin or end a round now. *)
Tick ==
    /\ calm
    /\ \A r \in Ranks : timer[r] > 0
    /\ \A r \in Ranks : board[r].open => \A arrived \in AllArrivals(r) : ~Settled(WithPeers(board[r], arrived))
    /\ timer' = [r \in Ranks |-> timer[r] - 1]
    /\ UNCHANGED <<board, process, place, announced, transit, left, calm, ended, status, planned, odd, unseen, strayed>>

Init ==
    /\ process = [r \in Ranks |-> 1]
    /\ board = [r \in Ranks |-> NewBoard(r, [s \in Others(r) |-> [NoPeer(1) EXCEPT !.age = Hearing + 1]])]
    /\ place = [r \in Ranks |-> 1]
    /\ announced = [r \in Ranks |-> -1]
    /\ transit = {}
    /\ left = [rounds |-> [r \in Ranks |-> FaultRounds], restarts |-> Restarts, moves |-> Moves, misplans |-> Misplans]
    /\ timer = [r \in Ranks |-> 0]
    /\ calm = FALSE
    /\ ended = [r \in Ranks |-> 0]
    /\ status = [r \in Ranks |-> "NONE"]
    /\ planned = {}
    /\ odd = <<>>
    /\ unseen = FALSE
    /\ strayed = FALSE

Next ==
    /\ \E r \in Ranks : ended[r] < Bound + 2
    /\ \/ \E r \in Ranks : Begin(r) \/ End(r) \/ Restart(r) \/ Move(r)
       \/ Calm
       \/ Tick

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* No two ranks have agreed on different counts of a round. *)
OneAgreement == \A a, b \in planned : (a.round = b.round /\ a.complete /\ b.complete) => a = b

(* Nobody plans a round from other counts that another rank has agreed on. *)
NoneBeside == \A a, b \in planned : (a.round = b.round /\ a.complete) => a.of = b.of

(* After faults a rank ends at most Bound rounds that are not COMPLETE. *)
Reunion == \A r \in Ranks : ended[r] > Bound => status[r] = "COMPLETE"

(* A rank leaves rounds out only for a rank whose placement is its own, or was. *)
OwnPlacement == ~strayed

(* A plan that differs is noticed by the next round that both have. *)
PlansCompared == ~unseen
=============================================================================
