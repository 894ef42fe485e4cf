// Polling: every two seconds, what is new after the position that I have reached?
export function poll({ fetch, show, gap }) {
  let after = "";

  async function ask() {
    const url = "/wherry/http?topic=time&format=json" + (after && "&after=" + after);
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(answer.status);
    if (answer.status === 204) return; // Nothing is new.

    for (const message of await answer.json()) {
      if (message.gap) {
        gap(message);
      } else {
        after = message.position;
        show(message.data, message.position);
      }
    }
  }

  async function run() {
    for (;;) {
      // A question that failed is asked again: the position is what it was.
      await ask().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }

  run();
}
