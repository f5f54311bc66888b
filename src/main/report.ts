/** What a long work says on stderr: on a terminal one line that is written over; elsewhere only the end, for a line each time would be noise. */
export interface Report {
  line(text: string): void;
  end(text: string): void;
}

/** Begins a report; nothing is shown before its first line. */
export function createReport(): Report {
  const { isTTY } = process.stderr;
  let isShown = false;
  return {
    line: (text) => {
      isShown = true;
      if (isTTY) process.stderr.write(`\r\u001b[K${text}`);
    },
    end: (text) => {
      if (isShown) process.stderr.write(isTTY ? `\r\u001b[K${text}\n` : `${text}\n`);
      isShown = false;
    },
  };
}
