/** Numbers to choose from, and the one that is chosen already, wherever it came from. */
export function withCurrent(choices: readonly number[], current: number): number[] {
  return [...new Set([...choices, current])].sort((one, other) => one - other);
}

/** How many chats somebody has room for, each of which takes `chat` hundredths of them. */
export function chatsAtOnce(chat: number): number {
  return Math.floor(100 / chat);
}
