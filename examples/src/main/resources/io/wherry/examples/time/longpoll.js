// Long polling: the server answers when there is news; then the next question waits there.
export function longpoll({ fetch, show, gap }) {
  let after = "";

  async function ask() {
    const url = "/wherry/longpoll?topic=time&format=json" + (after && "&after=" + after);
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(answer.status);
    if (answer.status === 204) return; // There was no news for long.

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
      try {
        await ask();
      } catch {
        // Then the same again, but not at once.
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }

  run();
}
