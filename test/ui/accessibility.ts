import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';

import type { Locator, Page } from '@playwright/test';

/** JupyterLab's own button, which gives the element around its real button the real one's attributes. */
const TOOLKIT = /^<jp-button/;

/** Expects that axe finds nothing serious in elements of ours; all of them must exist. */
export async function expectAccessible(page: Page, ...selectors: string[]): Promise<void> {
  const builder = new AxeBuilder({ page });
  for (const selector of selectors) {
    await expect(page.locator(selector).first(), selector).toBeAttached();
    builder.include(selector);
  }
  const { violations } = await builder.analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const lines = serious
    .flatMap(({ id, nodes }) => nodes.map(({ html, any }) => ({ id, html, message: any[0]?.message })))
    .filter(({ id, html }) => !(id === 'aria-allowed-attr' && TOOLKIT.test(html)))
    .map(({ id, html, message }) => `${id}: ${html} ${message}`);
  expect(lines, selectors.join()).toEqual([]);
}

/** The name and role of the focused element, as a screen reader gets them, roughly. */
export async function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    let node = document.activeElement;
    while (node?.shadowRoot?.activeElement) {
      node = node.shadowRoot.activeElement;
    }
    const host = node?.getRootNode() instanceof ShadowRoot ? (node.getRootNode() as ShadowRoot).host : node;
    const named = host?.getAttribute('aria-label') || host?.getAttribute('title') || host?.textContent;
    return `${host?.tagName.toLowerCase()} ${named?.trim() ?? ''}`;
  });
}

/** Expects that no text of ours is cut off: neither by its own element nor by the window. */
export async function expectNothingCut(page: Page, root: Locator): Promise<void> {
  const cut = await root.evaluate(node => {
    const width = document.documentElement.clientWidth;
    const shown = [...node.querySelectorAll<HTMLElement>('button, h2, h3, p, label, legend, span, li, summary')];
    return shown
      .filter(each => each.checkVisibility() && each.textContent?.trim())
      .filter(each => {
        const { left, right } = each.getBoundingClientRect();
        return left < -1 || right > width + 1 || (each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0);
      })
      .map(each => `${each.tagName} ${each.className}: ${each.textContent}`);
  });
  expect(cut).toEqual([]);
}
