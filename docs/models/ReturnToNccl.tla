---------------------------- MODULE ReturnToNccl ----------------------------
(* The way back to NCCL: how sources whose communicator has ended agree, by rows gathered after the counts of every round of
   the host's transport, to change to a new one with the same round, as io.lplb.nccl.FailbackProtocol and NcclLink decide it.
   README.md beside this file has the commands, the results and the methods that the actions stand for.

   A round of the host is one step: each source on the host writes a row and reads those that it hears. While faults last, a
   source hears any of them, a process may be killed and started anew, and a communicator or an attempt may fail. After faults
   a source hears all, and an attempt that all sources take part in ends. How sources come to one round of the host again is
   the module Rounds. *)
EXTENDS Integers, FiniteSets

CONSTANTS
    N,           \* sources
    FaultRounds, \* rounds while faults last
    Restarts,    \* processes that are killed and started anew
    Failures,    \* communicators and attempts that fail
    Losses,      \* rows that are lost in one round while faults last, at most
    Parts,       \* rows that an id takes
    Patience,    \* rounds after which an attempt has failed that not all take part in
    Bound,       \* rounds within which all are back
    Dropped      \* names of rules that are left out; {} is the code

Lead == 4 \* FailbackProtocol.LEAD
Sources == 0 .. N - 1
Max(S) == CHOOSE x \in S : \A y \in S : x >= y
Rule(name) == name \notin Dropped

VARIABLES
    source,  \* [Sources -> Source]
    round,   \* of the host
    ids,     \* ids given out
    left,    \* what is left of the faults
    calm,    \* whether faults are over
    passed,  \* rounds since
    changes, \* who changed in which round, to which communicator, and whether all heard all in the round before
    whole    \* whether all sources were there and heard all in the last round

vars == <<source, round, ids, left, calm, passed, changes, whole>>

(* via is the communicator by which a source gathers, 0 for the host; id the one of its attempt, a set of ids if parts of
   several were put together. *)
New == [state |-> "BUSY", attempt |-> 0, id |-> {}, part |-> 0, collecting |-> 0, got |-> {}, change |-> 0, agreed |-> FALSE,
        via |-> 0, age |-> 0]

(* FailbackProtocol.lost. *)
Lost(s) == [s EXCEPT !.state = "BUSY", !.change = 0, !.agreed = FALSE, !.collecting = 0, !.got = {}, !.id = {}, !.via = 0, !.age = 0]

(* Whether all sources take part in an attempt under one id. *)
Joined(id) == Cardinality(id) = 1 /\ \A s \in Sources : source[s].id = id /\ source[s].state \in {"CONNECTING", "READY"}

(* NcclLink.look, with a choice of what other threads have come to: an attempt is done or has failed. *)
Looks(s) ==
    LET me == source[s] IN
    CASE me.state = "BUSY" -> {[me EXCEPT !.state = "IDLE"]} \union (IF calm THEN {} ELSE {me})
      [] me.state = "CONNECTING" ->
            IF Joined(me.id) THEN {[me EXCEPT !.state = "READY"]} \union (IF calm THEN {} ELSE {[me EXCEPT !.age = @ + 1]})
            ELSE IF me.age >= Patience THEN {Lost(me)} ELSE {[me EXCEPT !.age = @ + 1]}
      [] OTHER -> {me}

(* FailbackProtocol.write. *)
Row(s, me) ==
    [attempt |-> IF Rule("collecting") THEN Max({me.attempt, me.collecting}) ELSE me.attempt, state |-> me.state, change |-> me.change,
     part |-> IF s = 0 /\ me.id /= {} THEN me.part + 1 ELSE 0, id |-> me.id]

(* FailbackProtocol.read, for source s that hears a set of sources; a is what all are after look. *)
Read(s, a, heard, fresh) ==
    LET me == IF s = 0 /\ a[0].id /= {} THEN [a[0] EXCEPT !.part = (@ + 1) % Parts] ELSE a[s]
        row == [t \in heard |-> Row(t, a[t])]
        complete == heard = Sources
        (* collect *)
        same == me.collecting = row[0].attempt
        got == (IF same THEN me.got ELSE {}) \union {row[0].part}
        id == (IF same THEN me.id ELSE {}) \union row[0].id
        (* readWhenReady *)
        allReady == complete /\ \A t \in heard : row[t].state = "READY"
        stray == \E t \in heard : (row[t].attempt /= me.attempt /\ Rule("attempt")) \/ row[t].state \in {"BUSY", "IDLE"}
        told == {row[t].change : t \in heard} \ {0}
        change == IF me.change /= 0 THEN me.change ELSE IF told /= {} THEN CHOOSE c \in told : TRUE ELSE 0
        allChange == \A t \in heard : row[t].change = change
    IN  CASE me.state = "IDLE" /\ s = 0 ->
                IF complete /\ \A t \in heard : row[t].state = "IDLE"
                THEN [me EXCEPT !.state = "CONNECTING", !.attempt = Max({row[t].attempt : t \in heard}) + 1, !.id = {fresh},
                                !.part = 0, !.age = 0]
                ELSE me
          [] me.state = "IDLE" /\ s /= 0 ->
                IF 0 \notin heard THEN me
                ELSE IF row[0].attempt <= me.attempt \/ row[0].part = 0 THEN me
                ELSE IF Cardinality(got) = Parts
                THEN [me EXCEPT !.state = "CONNECTING", !.attempt = row[0].attempt, !.collecting = row[0].attempt, !.got = got,
                                !.id = id, !.age = 0]
                ELSE [me EXCEPT !.collecting = row[0].attempt, !.got = got, !.id = id]
          [] me.state = "READY" ->
                IF stray THEN Lost(me)
                ELSE IF change = 0 THEN [me EXCEPT !.change = IF allReady THEN round + Lead ELSE 0]
                ELSE IF round = change - 1
                THEN IF (allReady \/ ~Rule("complete")) /\ (allChange \/ ~Rule("change"))
                     THEN [me EXCEPT !.change = change, !.agreed = TRUE] ELSE Lost(me)
                ELSE IF round < change THEN [me EXCEPT !.change = change] ELSE Lost(me)
          [] OTHER -> me

(* NcclLink.enter of the next round. *)
Enter(me) ==
    IF me.agreed /\ me.change = round + 1
    THEN [me EXCEPT !.via = CHOOSE i \in me.id : TRUE, !.state = "BUSY", !.change = 0, !.agreed = FALSE, !.collecting = 0, !.got = {},
                    !.id = {}, !.age = 0]
    ELSE IF me.change /= 0 /\ round + 1 >= me.change THEN Lost(me) ELSE me

OnHost == {s \in Sources : source[s].via = 0}
InNccl == Sources \ OnHost
Together == \E id \in 1 .. ids : \A s \in Sources : source[s].via = id

-----------------------------------------------------------------------------
(* NcclLink.gatherOnHost and agree. A source that waits alone in a communicator is not there, and gives up for its deadline. *)
HostRound ==
    /\ OnHost /= {}
    /\ IF calm THEN passed <= Bound ELSE left.rounds > 0
    /\ \E looked \in {f \in [OnHost -> UNION {Looks(s) : s \in OnHost}] : \A s \in OnHost : f[s] \in Looks(s)},
          lost \in IF calm THEN {{}} ELSE {l \in SUBSET {x \in OnHost \X OnHost : x[1] /= x[2]} : Cardinality(l) <= Losses} :
           LET heard == [s \in OnHost |-> {t \in OnHost : <<s, t>> \notin lost}]
               read == [s \in OnHost |-> Read(s, looked, heard[s], ids + 1)]
               next == [s \in OnHost |-> Enter(read[s])]
               began == 0 \in OnHost /\ looked[0].state = "IDLE" /\ read[0].state = "CONNECTING"
               all == OnHost = Sources /\ \A s \in Sources : heard[s] = Sources
           IN  /\ source' = [s \in Sources |-> IF s \in OnHost THEN next[s] ELSE Lost(source[s])]
               /\ ids' = IF began THEN ids + 1 ELSE ids
               /\ changes' = {[by |-> s, round |-> round + 1, id |-> read[s].id, ready |->
                                \A t \in Sources : t \in OnHost /\ looked[t].state = "READY" /\ looked[t].id = looked[s].id,
                               whole |-> all] :
                              s \in {x \in OnHost : next[x].via /= 0}}
               /\ whole' = all
    /\ round' = round + 1
    /\ passed' = IF calm THEN passed + 1 ELSE passed
    /\ left' = IF calm THEN left ELSE [left EXCEPT !.rounds = @ - 1]
    /\ UNCHANGED calm

(* A round that all gather by one communicator. *)
NcclRound ==
    /\ Together
    /\ IF calm THEN passed <= Bound ELSE left.rounds > 0
    /\ round' = round + 1
    /\ passed' = IF calm THEN passed + 1 ELSE passed
    /\ left' = IF calm THEN left ELSE [left EXCEPT !.rounds = @ - 1]
    /\ changes' = {}
    /\ UNCHANGED <<source, ids, calm, whole>>

(* NcclLink.failed: a communicator, or an attempt that is under way, fails for a source. *)
Fail(s) ==
    /\ ~calm
    /\ left.failures > 0
    /\ source[s].via /= 0 \/ source[s].state \in {"CONNECTING", "READY"}
    /\ source' = [source EXCEPT ![s] = Lost(@)]
    /\ left' = [left EXCEPT !.failures = @ - 1]
    /\ changes' = {}
    /\ UNCHANGED <<round, ids, calm, passed, whole>>

(* A process is killed and a new one of its source joins the group late. *)
Restart(s) ==
    /\ ~calm
    /\ left.restarts > 0
    /\ source' = [source EXCEPT ![s] = New]
    /\ left' = [left EXCEPT !.restarts = @ - 1]
    /\ changes' = {}
    /\ UNCHANGED <<round, ids, calm, passed, whole>>

Calm ==
    /\ ~calm
    /\ calm' = TRUE
    /\ changes' = {}
    /\ UNCHANGED <<source, round, ids, left, passed, whole>>

Init ==
    /\ source = [s \in Sources |-> New]
    /\ round = 0
    /\ ids = 0
    /\ left = [rounds |-> FaultRounds, restarts |-> Restarts, failures |-> Failures]
    /\ calm = FALSE
    /\ passed = 0
    /\ changes = {}
    /\ whole = TRUE

Next == HostRound \/ NcclRound \/ Calm \/ \E s \in Sources : Fail(s) \/ Restart(s)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* Sources that gather by NCCL in one round do so by one communicator. *)
OneCommunicator == \A s, t \in InNccl : source[s].via = source[t].via

(* A source changes only if all were ready for the same communicator in the round before. *)
AllReady == \A c \in changes : c.ready

(* If all heard all in the round before, all change or none does. *)
AllOrNone == (changes /= {} /\ \A c \in changes : c.whole) => Cardinality(changes) = N

(* An id is put together from parts of one attempt. *)
OneId == \A s \in Sources : Cardinality(source[s].id) <= 1

(* After faults all gather by one communicator within Bound rounds, and go on so. *)
Return == passed > Bound => Together
=============================================================================
