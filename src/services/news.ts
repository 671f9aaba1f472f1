import type { Desktop } from '../model';

/** The subprotocol by which a viewer says that it reads text messages beside RFB. */
export const NEWS_PROTOCOL = 'vnc-news';

/** What the server tells at once; the list of desktops has it later. */
export type News = Pick<Desktop.IModel, 'programs'>;

/** Take the news out of a socket's message, so that the RFB client doesn't get it; null if it is RFB. */
export function newsFrom(event: MessageEvent): News | null {
  if (typeof event.data !== 'string') {
    return null;
  }
  event.stopImmediatePropagation();
  const { programs } = JSON.parse(event.data) as News;
  return { programs };
}
