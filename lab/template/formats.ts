/** Small but real files of the formats an office keeps: what opens them finds them well-formed. Pure. */
import { crc32, deflateRawSync, deflateSync } from "node:zlib";

/** A true-colour picture of noise, 3 bytes a pixel, stored without compression. */
export function png(pixels: Buffer, width: number): Buffer {
  const height = Math.floor(pixels.length / 3 / width);
  const scanlines = Buffer.alloc(height * (1 + width * 3));
  for (let row = 0; row < height; row++) {
    pixels.copy(scanlines, row * (1 + width * 3) + 1, row * width * 3, (row + 1) * width * 3);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(scanlines, { level: 0 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** One page that says `title`, with `scan` as a picture of grey bytes. */
export function pdf(title: string, scan: Buffer): Buffer {
  const side = Math.floor(Math.sqrt(scan.length));
  const image = deflateSync(scan.subarray(0, side * side), { level: 0 });
  const page = Buffer.from(
    `BT /F1 14 Tf 50 780 Td (${title.replace(/[^ -~]|[()\\]/g, "?")}) Tj ET\nq 400 0 0 400 50 300 cm /Im Do Q\n`,
  );
  const stream = (dictionary: string, data: Buffer) =>
    Buffer.concat([
      Buffer.from(`<< ${dictionary} /Length ${data.length} >>\nstream\n`),
      data,
      Buffer.from("\nendstream"),
    ]);
  const objects = [
    Buffer.from("<< /Type /Catalog /Pages 2 0 R >>"),
    Buffer.from("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
    Buffer.from(
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> /XObject << /Im 6 0 R >> >> >>",
    ),
    stream("", page),
    Buffer.from("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"),
    stream(
      `/Type /XObject /Subtype /Image /Width ${side} /Height ${side} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode`,
      image,
    ),
  ];
  const parts: Buffer[] = [Buffer.from("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "latin1")];
  let length = parts[0]?.length ?? 0;
  const offsets = objects.map((object, index) => {
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from("\nendobj\n")]);
    const offset = length;
    parts.push(part);
    length += part.length;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

export interface ZipEntry {
  readonly name: string;
  readonly data: Buffer;
  /** Text is worth compressing; pictures are not. */
  readonly deflate: boolean;
}

export function zip(entries: readonly ZipEntry[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, data, deflate } of entries) {
    const body = deflate ? deflateRawSync(data) : data;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800, 2); // names are UTF-8
    fields.writeUInt16LE(deflate ? 8 : 0, 4);
    fields.writeUInt16LE(0x4aa1, 8); // 1 May 2017
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(body.length, 14);
    fields.writeUInt32LE(data.length, 18);
    const path = Buffer.from(name, "utf8");
    fields.writeUInt16LE(path.length, 22);
    local.push(Buffer.from("PK\x03\x04", "latin1"), fields, path, body);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), fields, rest, path);
    offset += 4 + fields.length + path.length + body.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const packageXml = (part: string, type: string) =>
  `${xml}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="png" ContentType="image/png"/><Override PartName="/${part}" ContentType="${type}"/></Types>`;
const relations = (part: string) =>
  `${xml}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="${part}"/></Relationships>`;

/** A text document of one paragraph a line, with an embedded picture. */
export function docx(text: string, picture: Buffer): Buffer {
  const part = "word/document.xml";
  const type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const paragraphs = escaped
    .split("\n")
    .map((line) => `<w:p><w:r><w:t>${line}</w:t></w:r></w:p>`)
    .join("");
  const document = `${xml}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${paragraphs}</w:body></w:document>`;
  return zip([
    { name: "[Content_Types].xml", data: Buffer.from(packageXml(part, type)), deflate: true },
    { name: "_rels/.rels", data: Buffer.from(relations(part)), deflate: true },
    { name: part, data: Buffer.from(document), deflate: true },
    { name: "word/media/image1.png", data: picture, deflate: false },
  ]);
}
