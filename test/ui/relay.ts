import { connect, createServer } from 'node:net';

import type { AddressInfo, Server, Socket } from 'node:net';

/** A TCP relay to a port on this machine that delays each direction. */
export class Relay {
  private constructor(
    private readonly _server: Server,
    private readonly _sockets: Set<Socket>
  ) {}

  static async to(port: number, delay: number): Promise<Relay> {
    const pass = (from: Socket, to: Socket) => {
      from.on('data', data => setTimeout(() => to.writable && to.write(data), delay));
      from.on('close', () => setTimeout(() => to.destroy(), delay));
      from.on('error', () => to.destroy());
    };
    const sockets = new Set<Socket>();
    const server = createServer(socket => {
      if (relay._isCut) {
        socket.destroy();
        return;
      }
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      const upstream = connect(port, '127.0.0.1');
      pass(socket, upstream);
      pass(upstream, socket);
    });
    const relay = new Relay(server, sockets);
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    return relay;
  }

  /** The same address through the relay. */
  through(url: string): string {
    const result = new URL(url);
    result.port = String((this._server.address() as AddressInfo).port);
    return result.href;
  }

  /** Ends all connections, and refuses more until `mend`. */
  cut(): void {
    this._isCut = true;
    this._sockets.forEach(socket => socket.destroy());
  }

  mend(): void {
    this._isCut = false;
  }

  close(): void {
    this._server.close();
  }

  private _isCut = false;
}
