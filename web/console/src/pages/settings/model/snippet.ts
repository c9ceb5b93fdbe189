/** The line that puts an inbox's widget on a page. */
export function snippet(origin: string, inbox: string): string {
  return `<script async src="${origin}/widget.js" data-inbox="${inbox}"></script>`;
}
