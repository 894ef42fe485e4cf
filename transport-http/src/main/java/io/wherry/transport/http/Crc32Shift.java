// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import org.jspecify.annotations.Nullable;

/**
 * How the CRC-32 of gzip (RFC 1952, section 8) changes when so many bytes follow: the checksum of A and B one after the other is
 * that of A, shifted by the length of B, xor that of B. Confined to one thread.
 *
 * <p>A checksum is a polynomial over two elements, its highest coefficient in the lowest bit; a shift by n bytes multiplies it by
 * x to the power of 8n, modulo the generator.
 */
final class Crc32Shift {

    private static final int GENERATOR = 0xedb88320;
    /** The polynomial 1. */
    private static final int ONE = 0x80000000;
    /** x to the power of 1, 2, 4, 8 and so on. */
    private static final int[] POWERS = new int[64];

    static {
        int power = timesX(ONE);
        for (int i = 0; i < POWERS.length; i++) {
            POWERS[i] = power;
            power = multiply(power, power);
        }
    }

    private final int factor;
    private int uses;
    private int @Nullable [] table;

    /**
     * A shift.
     *
     * @param length how many bytes follow
     */
    Crc32Shift(int length) {
        int product = ONE;
        int exponent = 3;
        for (int rest = length; rest != 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                product = multiply(product, POWERS[exponent]);
            }
            exponent++;
        }
        factor = product;
    }

    /** A checksum after the shift. */
    int apply(int crc) {
        int[] products = table;
        if (products == null) {
            if (uses++ < 2) {
                return multiply(crc, factor);
            }
            products = products(factor);
            table = products;
        }
        int sum = 0;
        for (int digit = 0; digit < 8; digit++) {
            sum ^= products[(digit << 4) | ((crc >>> (digit << 2)) & 0xf)];
        }
        return sum;
    }

    /** The products of a factor and all that four bits can be, in each of their eight places. */
    private static int[] products(int factor) {
        int[] products = new int[128];
        int product = factor;
        for (int bit = 31; bit >= 0; bit--) {
            int place = (bit >>> 2) << 4;
            int weight = 1 << (bit & 3);
            for (int value = 0; value < 16; value++) {
                if ((value & weight) != 0) {
                    products[place | value] ^= product;
                }
            }
            product = timesX(product);
        }
        return products;
    }

    private static int multiply(int a, int b) {
        int sum = 0;
        int product = b;
        for (int rest = a; rest != 0; rest <<= 1) {
            if (rest < 0) {
                sum ^= product;
            }
            product = timesX(product);
        }
        return sum;
    }

    private static int timesX(int a) {
        return (a >>> 1) ^ ((a & 1) == 0 ? 0 : GENERATOR);
    }
}
