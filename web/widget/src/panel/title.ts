const COUNT = /^\(\d+\) /;

/** Tells the unread count in the page's title; the page may change the rest of it meanwhile. */
export function countInTitle(count: number): void {
  const bare = document.title.replace(COUNT, "");
  const title = count > 0 ? `(${count}) ${bare}` : bare;
  if (title !== document.title) document.title = title;
}
