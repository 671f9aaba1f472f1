/** The members of JupyterLab's application that the tests use. */
interface Window {
  jupyterapp: {
    commands: { execute(id: string, args?: object): Promise<unknown> };
  };
}
