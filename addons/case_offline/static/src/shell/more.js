/* What other modules add to the shell. Their scripts stand before the shell's own, so
   that all is known when it begins. */

/* Pages by the first word of their address: functions of the phone and what follows. */
export const pages = {};

/* By the form of an entry in the queue: the addresses that it leads to.
   `{draft: go on writing, correct: what was not taken, both: two texts}` */
export const forms = {};
