/** The time that a response may take; without it, a setting has its default. */
const TIMEOUT_MS = 3000;

/** A plugin's settings in the REST API of JupyterLab's server; the defaults include those of the administrator. */
interface ISettings {
  settings?: Record<string, unknown>;
  schema?: { properties?: Record<string, { default?: unknown } | undefined> };
}

/** Return one of the settings that the user has in JupyterLab, or its default; undefined without JupyterLab. */
export async function labSetting(baseUrl: string, plugin: string, key: string): Promise<unknown> {
  const response = (await fetchJSON(`${baseUrl}lab/api/settings/${plugin}`)) as ISettings | null;
  return response?.settings?.[key] ?? response?.schema?.properties?.[key]?.default;
}

/** Fetch JSON; null if there is none. */
export async function fetchJSON(url: string): Promise<unknown> {
  try {
    const response = await fetch(url, { credentials: 'same-origin', signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
