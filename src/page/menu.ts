import { element } from '../viewer/sharing/element';

export interface IMenuItem {
  label: string;
  /** What it does; a menu whose item is chosen closes first. */
  action: () => void;
  /** Whether it is on, if it can be on or off. */
  isOn?: () => boolean;
}

/** A button that opens a menu, which the keyboard operates as ARIA's practices for menu buttons describe. */
export class MenuButton {
  constructor(label: string, items: readonly IMenuItem[]) {
    this.node = element('div', 'jp-Desktop-menuButton');
    this.button = element('button', '', label);
    this.button.setAttribute('aria-haspopup', 'menu');
    this.button.setAttribute('aria-expanded', 'false');
    this._menu = element('div', 'jp-Desktop-menu');
    this._menu.setAttribute('role', 'menu');
    this._menu.setAttribute('aria-label', label);
    this._menu.hidden = true;
    this.setItems(items);
    this.button.addEventListener('click', () => (this._menu.hidden ? this._open('first') : this._close()));
    this.button.addEventListener('keydown', event => this._onButtonKey(event));
    this._menu.addEventListener('keydown', event => this._onKey(event));
    // Safari takes the focus from the menu, which closes it, before the click arrives.
    this._menu.addEventListener('mousedown', event => event.preventDefault());
    this.node.addEventListener('focusout', event => {
      if (!this.node.contains(event.relatedTarget as Node | null)) {
        this._close();
      }
    });
    this.node.append(this.button, this._menu);
  }

  readonly node: HTMLElement;
  readonly button: HTMLButtonElement;

  /** Replace the items. */
  setItems(items: readonly IMenuItem[]): void {
    this._menu.replaceChildren();
    this._items = [];
    for (const item of items) {
      this._add(item);
    }
  }

  private _add({ label, action, isOn }: IMenuItem): void {
    const node = element('button', '', label);
    node.tabIndex = -1;
    node.setAttribute('role', isOn === undefined ? 'menuitem' : 'menuitemcheckbox');
    node.addEventListener('click', () => {
      this._close();
      action();
    });
    this._items.push({ node, isOn });
    this._menu.append(node);
  }

  private _open(place: 'first' | 'last'): void {
    for (const { node, isOn } of this._items) {
      if (isOn !== undefined) {
        node.setAttribute('aria-checked', String(isOn()));
      }
    }
    this._menu.hidden = false;
    this.button.setAttribute('aria-expanded', 'true');
    this._focus(place === 'first' ? 0 : -1);
  }

  private _close(): void {
    this._menu.hidden = true;
    this.button.setAttribute('aria-expanded', 'false');
  }

  private _onButtonKey(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      this._open(event.key === 'ArrowDown' ? 'first' : 'last');
    }
  }

  private _onKey(event: KeyboardEvent): void {
    const index = this._items.findIndex(({ node }) => node === document.activeElement);
    const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      this._focus(next);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      this.button.focus();
      this._close();
    } else if (event.key === 'Tab') {
      this.button.focus();
      this._close();
    }
  }

  /** Focus an item; the first follows the last. */
  private _focus(index: number): void {
    this._items.at(index % this._items.length)?.node.focus();
  }

  private readonly _menu: HTMLElement;
  private _items: { node: HTMLButtonElement; isOn?: () => boolean }[] = [];
}
