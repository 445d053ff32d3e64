/** A file of the agent's is brought to the hub before it is sent. */
import { answer, hub } from "../../api/client";
import type { Attachment } from "./draft.svelte";

export async function upload(file: File): Promise<Attachment> {
  const asked = hub.POST("/v1/attachments", {
    params: { query: { name: file.name } },
    body: file as unknown as string,
    bodySerializer: (body) => body as unknown as BodyInit,
    headers: { "Content-Type": file.type || "application/octet-stream" },
  });
  return (await answer(asked)) as Attachment;
}
