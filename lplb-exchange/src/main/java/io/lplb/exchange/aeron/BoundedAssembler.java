// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.Header;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Assembler of messages that take several packets, with bounds: a message that is longer than any of the group is dropped, and
 * so are messages of more sessions than the group may have.
 *
 * <p>Not thread-safe. Allocates once per session that sends long messages.
 */
final class BoundedAssembler implements FragmentHandler {
    private final int mostBytes;
    private final int mostSessions;
    private final MessageBus.Receiver receiver;
    private final Int2ObjectHashMap<Partial> partials = new Int2ObjectHashMap<>();

    /** A message that has begun. */
    private static final class Partial {
        final UnsafeBuffer bytes;
        int length;
        boolean open;

        Partial(int mostBytes) {
            bytes = new UnsafeBuffer(new byte[mostBytes]);
        }
    }

    BoundedAssembler(int mostBytes, int mostSessions, MessageBus.Receiver receiver) {
        this.mostBytes = mostBytes;
        this.mostSessions = mostSessions;
        this.receiver = receiver;
    }

    @Override
    public void onFragment(DirectBuffer buffer, int offset, int length, Header header) {
        take(header.sessionId(), header.flags(), buffer, offset, length);
    }

    /** Takes a packet of a session, with the flags of Aeron's header. */
    void take(int session, int flags, DirectBuffer buffer, int offset, int length) {
        if ((flags & FrameDescriptor.UNFRAGMENTED) == FrameDescriptor.UNFRAGMENTED) {
            if (length <= mostBytes) {
                receiver.receive(buffer, offset, length);
            }
            return;
        }
        boolean begins = (flags & FrameDescriptor.BEGIN_FRAG_FLAG) != 0;
        Partial partial = partials.get(session);
        if (partial == null) {
            if (!begins || partials.size() >= mostSessions) {
                return;
            }
            partial = new Partial(mostBytes);
            partials.put(session, partial);
        }
        if (begins) {
            partial.length = 0;
            partial.open = true;
        }
        partial.open &= length <= mostBytes - partial.length;
        if (!partial.open) {
            return;
        }
        partial.bytes.putBytes(partial.length, buffer, offset, length);
        partial.length += length;
        if ((flags & FrameDescriptor.END_FRAG_FLAG) != 0) {
            partial.open = false;
            receiver.receive(partial.bytes, 0, partial.length);
        }
    }

    /** Forgets a session that has ended. */
    void forget(int session) {
        partials.remove(session);
    }

    /** Returns the sessions whose messages have been assembled. */
    int sessions() {
        return partials.size();
    }
}
