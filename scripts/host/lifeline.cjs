'use strict';
/**
 * Preloaded into every server we start. The IPC channel closes when the process that started it is
 * gone, however it ended (SIGKILL included), and then the server has to go too: an n8n left behind
 * would keep its port and its memory. It leads its own process group, so the group goes with it.
 */
if (process.channel) {
	process.once('disconnect', () => {
		try {
			process.kill(-process.pid, 'SIGKILL');
		} catch {
			// Not a group leader: the process was forked by the server itself.
			process.exit(1);
		}
	});
	// The listener alone would keep a server alive that is done closing.
	process.channel.unref();
}
