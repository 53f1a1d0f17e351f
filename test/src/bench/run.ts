/** `npm run bench [-- gradient | exchange]`: both without a word; one JSON object for each comparison. */
const benches: Record<string, () => Promise<unknown>> = {
  gradient: () => import('./gradient.js'),
  exchange: () => import('./exchange.js'),
};

const wanted = process.argv[2];
if (wanted && !benches[wanted]) {
  process.stderr.write(`there is no bench ${wanted}\nbenches are ${Object.keys(benches).join(', ')}\nAU_USAGE\n`);
  process.exit(2);
}
for (const [name, bench] of Object.entries(benches)) if (!wanted || wanted === name) await bench();

export {};
