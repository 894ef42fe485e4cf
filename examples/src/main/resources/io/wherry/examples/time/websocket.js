// WebSocket: a socket for messages, both ways. As JSON each message has its position.
export function websocket({ WebSocket, show, gap, echoed }) {
  let after = "";
  let socket;

  function open() {
    const server = location.origin.replace("http", "ws");
    socket = new WebSocket(
      server + "/wherry/websocket?topic=time&to=echo&format=json" + (after && "&after=" + after),
    );

    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.gap) {
        gap(message);
      } else if (message.topic === "echo") {
        echoed(message.data);
      } else if (message.topic === "time") {
        after = message.position;
        show(message.data, message.position);
      }
    };

    // Then go on after the same position, but not at once.
    socket.onclose = () => setTimeout(open, 1000);
  }

  open();

  // The way up is the same socket.
  return { echo: (text) => socket.send(text) };
}
