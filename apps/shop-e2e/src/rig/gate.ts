import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** TCP proxy that can be closed: connections are then reset, as if the server were down. */
export class Gate {
  private isOpen = false;
  private readonly server: Server = createServer((incoming) => this.pass(incoming));
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly target: URL) {}

  /** Creates a closed gate on a free loopback port, in front of the server with this URL. */
  static async before(target: string): Promise<Gate> {
    const gate = new Gate(new URL(target));
    await new Promise<void>((resolve) => gate.server.listen(0, '127.0.0.1', resolve));
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  open(): void {
    this.isOpen = true;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private pass(incoming: Socket): void {
    if (!this.isOpen) return void incoming.destroy();
    const outgoing = connect(Number(this.target.port), this.target.hostname);
    for (const socket of [incoming, outgoing]) {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket)).on('error', () => socket.destroy());
    }
    incoming.pipe(outgoing).pipe(incoming);
  }
}
