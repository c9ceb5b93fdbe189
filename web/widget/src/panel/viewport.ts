/** On a phone the keyboard shrinks the visual viewport alone: the panel keeps to what is really seen. */
export function followViewport(frame: HTMLElement): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const follow = () => {
    frame.style.setProperty("--seen-height", `${viewport.height}px`);
    frame.style.setProperty("--seen-top", `${viewport.offsetTop}px`);
  };
  viewport.addEventListener("resize", follow);
  viewport.addEventListener("scroll", follow);
  follow();
}
