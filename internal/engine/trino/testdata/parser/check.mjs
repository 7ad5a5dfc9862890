// Reads {"name": "statement", …} and writes {"name": "what the parser has against it", …}, "" where it has nothing.
import { readFileSync } from 'node:fs';
import { TrinoSQL } from 'dt-sql-parser';

const parser = new TrinoSQL();
const verdicts = {};
for (const [name, text] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
	const [first] = parser.validate(text);
	verdicts[name] = first ? `${first.startLine}:${first.startColumn}: ${first.message}` : '';
}
process.stdout.write(JSON.stringify(verdicts));
