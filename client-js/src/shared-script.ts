// SPDX-License-Identifier: Apache-2.0
// What a page gets by a script tag instead of the client alone, and what its SharedWorker runs.
import './script.js';
import { connectShared } from './shared.js';
import { serveTabs } from './tabs.js';

const scope = globalThis as unknown as { Wherry: object; SharedWorkerGlobalScope?: unknown; onconnect: null };
if (scope.SharedWorkerGlobalScope) {
  serveTabs(scope);
} else {
  scope.Wherry = { ...scope.Wherry, connectShared };
}
