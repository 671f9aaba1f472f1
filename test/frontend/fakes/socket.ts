/** A WebSocket with the test as its peer. */
export class FakeSocket extends EventTarget {
  static instances: FakeSocket[] = [];

  static get last(): FakeSocket {
    return this.instances[this.instances.length - 1];
  }

  static open(url: string, subprotocols: string[] = []): WebSocket {
    return new FakeSocket(url, subprotocols) as unknown as WebSocket;
  }

  constructor(
    readonly url: string,
    readonly subprotocols: string[] = []
  ) {
    super();
    FakeSocket.instances.push(this);
  }

  readyState: number = WebSocket.CONNECTING;

  /** What the client has sent. */
  readonly sent: unknown[] = [];

  send(data: unknown): void {
    this.sent.push(data);
  }

  onclose: ((event: Event) => void) | null = null;

  /** The code with which the client has closed the socket, if it has, with 1005 for none. */
  closedWith: number | undefined;

  close(code = 1005): void {
    this.closedWith ??= code;
    this.drop(code);
  }

  /** Open the socket, as the server does. */
  accept(): void {
    this.readyState = WebSocket.OPEN;
    this.dispatchEvent(new Event('open'));
  }

  /** Receive a message; return whether the RFB client, which listens last, gets it. */
  receive(data: unknown): boolean {
    let isPassedOn = false;
    const listener = () => (isPassedOn = true);
    this.addEventListener('message', listener);
    this.dispatchEvent(new MessageEvent('message', { data }));
    this.removeEventListener('message', listener);
    return isPassedOn;
  }

  /** Close the socket, as the server or the network does. */
  drop(code = 1006): void {
    if (this.readyState === WebSocket.CLOSED) {
      return;
    }
    this.readyState = WebSocket.CLOSED;
    const event = Object.assign(new Event('close'), { code, reason: '' });
    this.dispatchEvent(event);
    this.onclose?.(event);
  }
}
