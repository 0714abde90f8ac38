const projects = { chromium: 'browser', firefox: 'firefox', webkit: 'webkit' };

/** The browsers named on the command line, or all, each with its project of Vitest. Ends where one has no such name. */
export function chosenBrowsers(): [browser: string, project: string][] {
  const chosen = process.argv.slice(2);
  const unknown = chosen.filter((name) => !(name in projects));
  if (unknown.length > 0) {
    console.error(
      `No browser is named ${unknown.join(', ')}: choose from ${Object.keys(projects).join(', ')}.`,
    );
    process.exit(1);
  }
  return Object.entries(projects).filter(([name]) => chosen.length === 0 || chosen.includes(name));
}
