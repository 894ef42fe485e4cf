// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.measure;

/**
 * What memory a server needs after a collection, or each of its connections.
 *
 * @param heapBytes of the heap
 * @param directBytes of buffers beside it, as far as the server knows
 * @param residentBytes of the process, the heap included
 */
public record Footprint(double heapBytes, double directBytes, double residentBytes) {

    /** What has come since. */
    public Footprint minus(Footprint before) {
        return new Footprint(
                heapBytes - before.heapBytes, directBytes - before.directBytes, residentBytes - before.residentBytes);
    }

    /** The share of each of so many. */
    public Footprint each(int count) {
        return new Footprint(heapBytes / count, directBytes / count, residentBytes / count);
    }
}
