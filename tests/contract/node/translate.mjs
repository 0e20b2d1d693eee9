// Three texts through the Batch API with the official Node client: upload, create, poll, join by custom_id.
// Prints one JSON object per answer, in the order in which the API returned them.
import OpenAI, { toFile } from "openai";

const pause = Number(process.env.POLL_MILLISECONDS ?? 10000);
const openai = new OpenAI({ maxRetries: 0 });

const texts = ["お知らせ", "本日は休館です。", "新しい展示が始まりました"];
const requests = texts.map((text, index) => ({
  custom_id: `request-${index + 1}`,
  method: "POST",
  url: "/v1/chat/completions",
  body: {
    model: "gpt-3.5-turbo",
    messages: [
      { role: "system", content: "Translate into English. Answer with the translation only." },
      { role: "user", content: text },
    ],
  },
}));

const jsonl = requests.map((line) => JSON.stringify(line)).join("\n");
const file = await openai.files.create({
  file: await toFile(new TextEncoder().encode(jsonl), "translation.jsonl"),
  purpose: "batch",
});
let batch = await openai.batches.create({
  endpoint: "/v1/chat/completions",
  completion_window: "24h",
  input_file_id: file.id,
});

while (batch.status !== "completed") {
  if (["failed", "cancelled", "expired"].includes(batch.status)) {
    throw new Error(batch.status);
  }
  await new Promise((resolve) => setTimeout(resolve, pause));
  batch = await openai.batches.retrieve(batch.id);
}

const content = await openai.files.content(batch.output_file_id);
for (const line of (await content.text()).split("\n").filter((line) => line.trim())) {
  const output = JSON.parse(line);
  const request = requests.find((one) => one.custom_id === output.custom_id);
  const source = request.body.messages.at(-1).content;
  const target = output.response.body.choices[0].message.content;
  console.log(JSON.stringify({ custom_id: output.custom_id, source, target }));
}
