/** The style of the page: the browser's own light and dark colours, one column, charts as many beside each other as there is room for. */
export const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 1240px; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
svg { max-width: 100%; height: auto; }
.warning { border: 2px solid #d0504c; border-radius: 6px; padding: .6rem .9rem; font-weight: 600; }
.legend { position: sticky; top: 0; background: Canvas; padding: .5rem 0; border-bottom: 1px solid #7a849055; }
.legend span { margin-right: 1.2rem; white-space: nowrap; }
.legend i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .4em; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr)); gap: .5rem 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .15rem .9rem .15rem 0; border-bottom: 1px solid #7a849033; white-space: nowrap; }
.number { text-align: right; }
summary { cursor: pointer; }
`;
