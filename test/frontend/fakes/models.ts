import { DesktopError } from '../../../src/services/restapi';
import type { Desktop } from '../../../src/model';

export function modelOf(change: Partial<Desktop.IModel> = {}): Desktop.IModel {
  return {
    name: 'default',
    phase: 'running',
    step: null,
    backend: 'tigervnc',
    transport: 'direct',
    session: 'xfce',
    display: ':1',
    xauthority: '/run/desktop/Xauthority',
    geometry: '1280x720',
    resize: 'rfb',
    created: '2026-01-01T00:00:00Z',
    last_activity: '2026-01-01T00:00:00Z',
    stops_at: null,
    clients: 0,
    error: null,
    encoder: null,
    notes: [],
    ...change
  };
}

/** Desktops in a map, and what answers requests about them; it throws `error` while that is set. */
export class FakeModels {
  readonly models = new Map<string, Desktop.IModel>();
  readonly calls: string[] = [];
  error: DesktopError | null = null;

  set(change: Partial<Desktop.IModel> = {}): void {
    const model = modelOf(change);
    this.models.set(model.name, model);
  }

  protected _known(name: string): Desktop.IModel {
    const model = this.models.get(name);
    if (model === undefined) {
      throw new DesktopError({ status: 404, code: 'unknown-desktop', message: 'There is no such desktop.' });
    }
    return model;
  }

  protected async _answer<T>(call: string, answer: () => T): Promise<T> {
    this.calls.push(call);
    await Promise.resolve();
    if (this.error !== null) {
      throw this.error;
    }
    return answer();
  }
}
