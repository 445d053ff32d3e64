/** What an answer by mail is to: whom else it goes to, which mail it is about, or that this one goes on to somebody else. */
export type Reply = { cc: string[]; contact: string; forward: boolean };
