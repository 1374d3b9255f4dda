/*
 * Agreement of rounds, as io.lplb.exchange.RoundBoard decides it, for three ranks and two rounds. Counts may be lost or late, and
 * one process may be killed between rounds and started anew, even in a round that the process before it has sent.
 *
 *   spin -run -O2 -DCOLLAPSE -DSAFETY -m100000 docs/models/rounds.pml
 *
 * Counts differ between processes and rounds, so a process stands for its counts. With them it says which ranks it waits for
 * (expects) and which processes it takes for the ranks (view). COMPLETE: all counts are here, all wait for all, all have one view.
 * Checked: ranks whose rounds are COMPLETE have the counts of the same processes. Without the comparison of views spin finds a
 * violation. Not modelled: how fast ranks come back, which the simulation measures, and the way back to NCCL.
 */
#define RANKS 3
#define ROUNDS 2
#define ALL 7

typedef Said {
    bool sent;
    byte expects;
    byte view[RANKS]
};

typedef Round {
    Said by[RANKS * 2]; /* of rank r: its first process and the one after it */
    byte heard[RANKS * RANKS] /* by rank r of rank s: the process whose counts r has, 0 for none */
};

Round round[ROUNDS];
byte process[RANKS];       /* the process that runs now, from 1 */
byte taken[RANKS * RANKS]; /* the process that rank r takes for rank s */
byte restarts = 0;
byte counts[ROUNDS * RANKS]; /* what the COMPLETE rounds were planned from: the process of each rank, 0 if none was */

proctype Rank(byte self) {
    byte r, s, n, m;
    byte expects = ALL;
    bool whole;
    do
    :: n < ROUNDS ->
        /* Sends its counts and what it says with them. */
        atomic {
            m = self * 2 + process[self] - 1;
            round[n].by[m].sent = true;
            round[n].by[m].expects = expects;
            for (s : 0 .. RANKS - 1) {
                round[n].by[m].view[s] = taken[self * RANKS + s]
            }
        }
        /* Ends the round: takes what has come by now or misses it, and meets processes that it did not know. Taking is put off to the
         * end, as what was sent stays sent. */
        atomic {
            for (s : 0 .. RANKS - 1) {
                if
                :: s == self -> round[n].heard[self * RANKS + s] = process[self]
                :: s != self && round[n].by[s * 2 + taken[self * RANKS + s] - 1].sent ->
                    round[n].heard[self * RANKS + s] = taken[self * RANKS + s]
                :: s != self -> skip /* lost, or late */
                :: s != self && taken[self * RANKS + s] < process[s] ->
                    taken[self * RANKS + s] = process[s] /* its counts of this round are left out */
                fi
            }
            whole = true;
            for (s : 0 .. RANKS - 1) {
                if
                :: round[n].heard[self * RANKS + s] == 0 ->
                    whole = false;
                    expects = expects & (ALL ^ (1 << s))
                :: else ->
                    expects = expects | (1 << s);
                    if
                    :: round[n].by[s * 2 + taken[self * RANKS + s] - 1].expects != ALL -> whole = false
                    :: else
                    fi;
                    for (r : 0 .. RANKS - 1) {
                        if
                        :: round[n].by[s * 2 + taken[self * RANKS + s] - 1].view[r] != round[n].by[self * 2 + process[self] - 1].view[r] -> whole = false
                        :: else
                        fi
                    }
                fi
            }
            if
            :: whole ->
                /* What ended COMPLETE stays so; a later process has an end of its own. */
                for (s : 0 .. RANKS - 1) {
                    counts[n * RANKS + s] = ((counts[n * RANKS + s] == 0) -> round[n].heard[self * RANKS + s] : counts[n * RANKS + s]);
                    assert(counts[n * RANKS + s] == round[n].heard[self * RANKS + s])
                }
            :: else
            fi;
            for (s : 0 .. RANKS - 1) {
                round[n].heard[self * RANKS + s] = 0
            }
            n++
        }
    :: n < ROUNDS && restarts == 0 && self == 2 ->
        /* Killed between rounds. The new process may even begin in a round that the one before it has sent. */
        atomic {
            restarts++;
            process[self]++;
            expects = ALL;
            taken[self * RANKS + self] = process[self];
            if
            :: n > 0 -> n--
            :: true -> skip
            fi
        }
    :: n >= ROUNDS -> break
    od
}

init {
    byte r, s;
    atomic {
        for (r : 0 .. RANKS - 1) {
            process[r] = 1;
            for (s : 0 .. RANKS - 1) {
                taken[r * RANKS + s] = 1
            }
        }
        run Rank(0);
        run Rank(1);
        run Rank(2)
    }
}
