// SPDX-License-Identifier: Apache-2.0
// What a page gets by a script tag: the global `Wherry`.
import { connect, isAfter, isSameEpoch, Message, Start, WherryError } from './index.js';

(globalThis as { Wherry?: object }).Wherry = { connect, isAfter, isSameEpoch, Message, Start, WherryError };
