/** Adds what jsdom lacks, and fails tests that print warnings or errors to the console. */

class FakeResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

window.ResizeObserver = FakeResizeObserver;
window.DragEvent = class extends MouseEvent {} as typeof DragEvent;
Object.defineProperty(navigator, 'clipboard', { value: {}, configurable: true });
window.requestIdleCallback = callback => Number(setTimeout(callback));
window.cancelIdleCallback = handle => clearTimeout(handle);
window.matchMedia = query =>
  Object.assign(new EventTarget(), {
    matches: false,
    media: query,
    addListener: () => undefined,
    removeListener: () => undefined
  }) as unknown as MediaQueryList;

let messages: unknown[][] = [];

beforeEach(() => {
  document.body.replaceChildren();
  messages = [];
  for (const level of ['error', 'warn'] as const) {
    jest.spyOn(console, level).mockImplementation((...args: unknown[]) => {
      messages.push([level, ...args]);
    });
  }
});

afterEach(() => {
  expect(messages).toEqual([]);
});
