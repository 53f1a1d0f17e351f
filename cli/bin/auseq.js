#!/usr/bin/env node
try {
  const { main } = await import('../dist/main.js');
  await main(process.argv.slice(2), new URL('..', import.meta.url));
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write(`auseq is not built\n${error.message}\ntry: npm run setup\nAU_SETUP\n`);
  process.exitCode = 11;
}
