type Input = KeyboardEvent | MouseEvent;

/** Input that waits for something, and goes on in its order afterwards. */
export class HeldInput {
  /** `forward` gets the events that have waited. */
  constructor(private readonly _forward: (event: Input) => void) {}

  /** Whether input waits now. */
  get isHolding(): boolean {
    return this._held !== null;
  }

  /** Hold input, this event first, until `work` is done. It returns whether this event, and its release, go on. */
  hold(first: Input, work: () => Promise<boolean>): void {
    this._held = [first];
    void this._wait(this._held, work);
  }

  /** Hold an event if input before it waits; return whether it does. */
  holdsBack(event: Input): boolean {
    this._held?.push(event);
    return this._held !== null;
  }

  /** Drop what waits. */
  clear(): void {
    this._held = null;
  }

  private async _wait(held: Input[], work: () => Promise<boolean>): Promise<void> {
    const isWanted = await work();
    if (this._held !== held) {
      return;
    }
    this._held = null;
    const [first, ...rest] = held;
    for (const event of isWanted ? held : rest.filter(each => !isOfKey(first, each))) {
      this._forward(event);
    }
  }

  private _held: Input[] | null = null;
}

/** Return whether an event is the repetition or release of a key that was pressed. */
function isOfKey(press: Input, event: Input): boolean {
  const isKey = press instanceof KeyboardEvent && event instanceof KeyboardEvent && event.code === press.code;
  return isKey && (event.type === 'keyup' || event.repeat);
}
