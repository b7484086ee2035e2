// Timers of a page in the background are slowed down; a worker's are not.
setInterval(() => postMessage(null), 100);
