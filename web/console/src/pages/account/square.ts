/** Dots on a side: enough for the largest place where a face is shown, twice as dense. */
export const SIDE = 256;

/** The middle of a picture as a square of `SIDE`, small enough to be sent. Rejects what the browser can't draw. */
export async function square(file: Blob): Promise<Blob> {
  const drawn = await createImageBitmap(file);
  const side = Math.min(drawn.width, drawn.height);
  const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  const [left, top] = [(drawn.width - side) / 2, (drawn.height - side) / 2];
  canvas.getContext("2d")!.drawImage(drawn, left, top, side, side, 0, 0, SIDE, SIDE);
  drawn.close();
  // A browser that writes no WebP gives a PNG, which may be too large: a JPEG never is.
  const webp = await written(canvas, "image/webp");
  return webp.type === "image/webp" ? webp : written(canvas, "image/jpeg");
}

function written(canvas: HTMLCanvasElement, type: string): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("not drawn"))), type, 0.85),
  );
}
