/** The page's look: light and dark by the reader's setting, one column on a phone, black on white in print. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --surface: #ffffff; --ink: #1f2328; --muted: #59636e; --grid: #e7eaee; --line: #d5dae0;
  --valid: #1a7f37; --suspect: #9a6700; --invalid: #cf222e;
  --valid-soft: #e6f4ea; --suspect-soft: #fdf3d8; --invalid-soft: #fdeaea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1317; --surface: #171c22; --ink: #e6eaee; --muted: #9aa5b1; --grid: #2a3139; --line: #323a43;
    --valid: #4cc26b; --suspect: #e0b040; --invalid: #ff7b72;
    --valid-soft: #13281a; --suspect-soft: #2b2410; --invalid-soft: #321a1b;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
main, header { max-width: 64rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.25rem; }
main { padding-bottom: 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; text-wrap: balance; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; overflow-wrap: anywhere; }
p { margin: .4rem 0; max-width: 46rem; }
.muted { color: var(--muted); font-size: .9rem; }
.verdict { margin: 1.5rem 0 0; padding: 1rem 1.25rem; background: var(--soft); border-left: .35rem solid var(--tone); border-radius: .5rem; }
.verdict h2 { margin: 0; font-size: 1.3rem; color: var(--tone); }
.list { margin: .6rem 0 0; padding: 0; list-style: none; }
.list li { margin: .35rem 0; padding-left: 1.4rem; text-indent: -1.4rem; max-width: 50rem; }
.valid { --tone: var(--valid); --soft: var(--valid-soft); }
.suspect { --tone: var(--suspect); --soft: var(--suspect-soft); }
.invalid { --tone: var(--invalid); --soft: var(--invalid-soft); }
.mark { color: var(--tone); font-weight: 600; white-space: nowrap; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: .5rem; }
.scroll { overflow-x: auto; }
.scroll:focus-visible, a:focus-visible, summary:focus-visible { outline: 3px solid #4c8dff; outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { padding: .5rem .7rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
thead th { font-weight: 600; vertical-align: bottom; line-height: 1.3; border-bottom: 1px solid var(--line); }
thead small { display: block; font-weight: 400; font-size: .85em; color: var(--muted); }
tbody tr + tr > * { border-top: 1px solid var(--grid); }
tbody th { font-weight: inherit; }
figure { margin: .75rem 0 0; padding: .5rem; }
figure svg { display: block; width: 100%; min-width: 30rem; max-width: 52rem; height: auto; margin: 0 auto; }
dl { margin: 0; display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .35rem 1.25rem; font-size: .92rem; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .87em; }
pre { margin: .5rem 0; padding: .7rem .9rem; background: var(--surface); border: 1px solid var(--line); border-radius: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin: .75rem 0; }
summary { cursor: pointer; font-weight: 600; }
details > dl { margin-top: .75rem; }
@media (max-width: 40rem) {
  body { font-size: 15px; }
  header { padding-top: 1.25rem; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: .6rem; }
}
@media print {
  :root { color-scheme: light; --page: #fff; --surface: #fff; --ink: #000; --muted: #444; --grid: #ddd; --line: #bbb;
    --valid: #1a7f37; --suspect: #7d5400; --invalid: #b3131f; --valid-soft: #fff; --suspect-soft: #fff; --invalid-soft: #fff; }
  body { font-size: 10pt; }
  main, header { max-width: none; padding: 0; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  th, td { padding: .25rem .35rem; }
  figure svg { min-width: 0; max-width: 15cm; }
  figure, tr, .verdict, pre { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
`
