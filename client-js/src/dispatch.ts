// SPDX-License-Identifier: Apache-2.0
/** Calls something, such as the application, after what is under way here; what it throws is no matter of ours. */
export const dispatch = (action: () => unknown): void => {
  void Promise.resolve().then(action).catch(console.error);
};
