// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;

/** Gives buffers on the heap and counts those that are not released. Confined to the thread of the run. */
final class CountingAllocator extends AbstractByteBufAllocator {

    private int live;

    /** How many buffers are not released. */
    int live() {
        return live;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return new Counted(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return new Counted(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    private final class Counted extends UnpooledHeapByteBuf {

        Counted(int initialCapacity, int maxCapacity) {
            super(CountingAllocator.this, initialCapacity, maxCapacity);
            live++;
        }

        @Override
        protected void deallocate() {
            super.deallocate();
            live--;
        }
    }
}
