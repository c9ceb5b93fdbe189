const QUALITY = 0.88;

/** Draws the picture anew as JPEG. Rejects where the browser can't decode it. */
export async function asJpeg(file: File): Promise<File> {
  const picture = await createImageBitmap(file);
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d")!.drawImage(picture, 0, 0);
  picture.close();
  const jpeg = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!jpeg) throw new Error("not drawn");
  return new File([jpeg], file.name.replace(/(\.\w+)?$/, ".jpg"), { type: "image/jpeg" });
}
