// Loaded before main.ts: when the process that started this one is gone, however it went, this one is asked to end.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The channel must not keep alive what has otherwise come to its end.
process.channel?.unref();
