import { expect } from '@playwright/test';

import { Display } from './display';

import type { Jupyter } from '../jupyter';
import type { IBrowser } from './browser';
import type { BrowserDisplay, IRectangle } from './display';

/** The time that a page has to load and to show the desktop. */
const LIVE_TIMEOUT_MS = 40_000;

/** The element that `mark` has found. */
const MARKED = '[data-marked]';

/** A desktop in a browser, seen and used as by a person: through the browser's display. */
export class Desk {
  constructor(
    readonly browser: IBrowser,
    readonly display: BrowserDisplay,
    readonly jupyter: Jupyter
  ) {}

  /** Opens the desktop's page. */
  async openPage(url = this.jupyter.url('desktops/')): Promise<void> {
    await this.browser.open(url);
    await this.live();
  }

  /** Waits until the desktop is live. */
  async live(): Promise<void> {
    const state = () =>
      this.browser.evaluate(() => {
        const node = document.querySelector<HTMLElement>('.jp-Desktop');
        return `${node?.classList.contains('jp-mod-live')} ${node?.dataset.connected}`;
      });
    await expect.poll(state, { message: 'the desktop is live', timeout: LIVE_TIMEOUT_MS }).toBe('true true');
    await this.findOrigin();
  }

  /** Whether there is a connection, as the panel says. */
  async connected(): Promise<string> {
    return this.browser.evaluate(() => document.querySelector<HTMLElement>('.jp-Desktop')?.dataset.connected ?? '');
  }

  /** The desktop's own display. */
  async desktop(): Promise<Display> {
    const { display, xauthority } = (await this.jupyter.model())!;
    return new Display({ ...this.jupyter.environment(), DISPLAY: display, XAUTHORITY: xauthority });
  }

  /** Clicks a point of the desktop. */
  async click(x: number, y: number): Promise<void> {
    const screen = await this.screen();
    await this.display.click(screen.x + x, screen.y + y);
  }

  /** Clicks the middle of an element. */
  async clickOn(selector: string): Promise<void> {
    const { x, y, width, height } = await this.place(selector);
    await this.display.click(x + width / 2, y + height / 2);
  }

  /** Clicks an element with a text. */
  async clickText(selector: string, text: string): Promise<void> {
    await this.mark(selector, text);
    await this.clickOn(MARKED);
  }

  /** Clicks a button of the page's bar, which slides in when the pointer is at the upper edge. */
  async clickBar(label: string): Promise<void> {
    await this.mark('.jp-Desktop-bar button', label);
    const { x, y, width } = await this.place('.jp-Desktop');
    await this.display.move(x + width / 2, y + 2);
    const top = async () => (await this.place(MARKED)).y;
    await expect.poll(top, { message: 'the bar slides in' }).toBeGreaterThanOrEqual(y);
    await this.clickOn(MARKED);
  }

  /** Marks an element with a text for `MARKED`; returns whether there is one. */
  async mark(selector: string, text: string): Promise<boolean> {
    return this.browser.evaluate(
      (wanted, label) => {
        const nodes = [...document.querySelectorAll<HTMLElement>(wanted)];
        const node = nodes.find(({ textContent }) => textContent.trim() === label);
        document.querySelectorAll('[data-marked]').forEach(each => each.removeAttribute('data-marked'));
        node?.setAttribute('data-marked', '');
        return node !== undefined;
      },
      selector,
      text
    );
  }

  /** Where the desktop's picture is on the browser's display. */
  screen(): Promise<IRectangle> {
    return this.place('.jp-Desktop canvas:not([data-kept])');
  }

  /** Where an element is on the browser's display. */
  async place(selector: string): Promise<IRectangle> {
    const { x, y, width, height } = await this.browser.evaluate(wanted => {
      const { left, top, width, height } = document.querySelector(wanted)!.getBoundingClientRect();
      return { x: left, y: top, width, height };
    }, selector);
    return { x: x + this._origin.x, y: y + this._origin.y, width, height };
  }

  /** The notice over the desktop; '' if there is none. */
  async notice(): Promise<string> {
    return this.browser.evaluate(() => {
      const node = document.querySelector<HTMLElement>('.jp-Desktop-notice');
      return node === null || node.hidden ? '' : node.querySelector('span')!.textContent;
    });
  }

  /** Waits until the browser's display shows the desktop pixel by pixel. */
  async showsDesktop(): Promise<void> {
    const desktop = await this.desktop();
    const differing = async () => {
      const { x, y, width, height } = await this.screen();
      const expected = await desktop.samples({ x: 0, y: 0, width, height });
      const seen = await this.display.samples({ x, y, width, height });
      return expected.filter((colour, index) => colour !== seen[index]).length;
    };
    await expect.poll(differing, { message: 'samples that differ', timeout: LIVE_TIMEOUT_MS }).toBeLessThan(20);
  }

  /** Finds where the page is on the display, with the pointer. */
  async findOrigin(): Promise<void> {
    await this.browser.evaluate(() => {
      const seen = (event: MouseEvent) => (document.body.dataset.pointer = `${event.clientX} ${event.clientY}`);
      delete document.body.dataset.pointer;
      window.addEventListener('mousemove', seen, true);
    });
    const pointer = () => this.browser.evaluate(() => document.body.dataset.pointer ?? '');
    const [x, y, step] = [400, 500, 20];
    await this.display.move(x, y);
    await expect.poll(pointer, { message: 'the pointer is over the page' }).not.toBe('');
    const [left, top] = (await pointer()).split(' ').map(Number);
    await this.display.move(x + step, y + step);
    await expect.poll(pointer).toBe(`${left + step} ${top + step}`);
    this._origin = { x: x - left, y: y - top };
  }

  private _origin = { x: 0, y: 0 };
}
