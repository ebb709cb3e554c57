using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TrlSharp.Examples;
using TrlSharp.Rows;

namespace TrlSharp.Mixtures;

/// <summary>
/// 128 bits of SHA-256 over what an example says: texts, roles, tool calls. Flags, ids and other columns do not count, so the same conversation has the
/// same hash wherever it stands.
/// </summary>
public readonly record struct ContentHash(UInt128 Value)
{
    private static readonly string[] Spoken = ["content", "reasoning_content", "tool_calls"];

    /// <summary>Of everything the example says.</summary>
    public static ContentHash Of(Example example)
    {
        using var hash = new Writer();
        switch (example)
        {
            case ConversationExample chat: hash.Messages(chat.Messages); break;
            case TextExample text: hash.Text("text", text.Text); break;
            case PromptCompletionExample pair: hash.Text("prompt", pair.Prompt); hash.Text("completion", pair.Completion); break;
            case PreferenceExample pair: hash.Passage(pair.Prompt); hash.Passage(pair.Chosen); hash.Passage(pair.Rejected); break;
            case UnpairedExample answer: hash.Passage(answer.Prompt); hash.Passage(answer.Completion); break;
            case PromptExample prompt: hash.Passage(prompt.Prompt); break;
            case SegmentsExample parts: foreach (var segment in parts.Segments) hash.Text("segment", segment.Text); break;
            case TokenizedExample tokens: foreach (var id in tokens.Tokens) hash.Number(id); break;
            default: throw new ArgumentException($"A {example?.GetType().Name} has no content hash.", nameof(example));
        }

        return hash.Finish();
    }

    /// <summary>Of all examples of a row, in order.</summary>
    internal static ContentHash OfAll(IReadOnlyList<Example> examples)
    {
        var all = Of(examples[0]).Value;
        for (var i = 1; i < examples.Count; i++) all = UInt128.RotateLeft(all, 17) ^ Of(examples[i]).Value;
        return new(all);
    }

    /// <summary>
    /// Of what the example asks: everything before the last assistant's turn, without regard to letter case and the amount of white space. Splits and
    /// decontamination go by it, so that all answers to one prompt stay on one side. For texts and tokens, of everything.
    /// </summary>
    public static ContentHash OfPrompt(Example example)
    {
        using var hash = new Writer { Loose = true };
        switch (example)
        {
            case ConversationExample chat: hash.Messages(BeforeLastAnswer(chat)); break;
            case PromptCompletionExample pair: hash.Text("prompt", pair.Prompt); break;
            case PreferenceExample pair: hash.Passage(pair.Prompt); break;
            case UnpairedExample answer: hash.Passage(answer.Prompt); break;
            case PromptExample prompt: hash.Passage(prompt.Prompt); break;
            case TextExample text: hash.Text("text", text.Text); break;
            case SegmentsExample parts: hash.Text("prompt", string.Concat(parts.Segments.TakeWhile(s => !s.Trained).Select(s => s.Text))); break;
            default: return Of(example);
        }

        return hash.Finish();
    }

    /// <summary>Whether this falls into the share <paramref name="fraction"/> of all hashes that <paramref name="salt"/> chooses.</summary>
    public bool IsIn(double fraction, ulong salt) => Place(salt) < fraction;

    /// <summary>Where this stands among all hashes, from 0 to below 1, in the order that <paramref name="salt"/> chooses.</summary>
    public double Place(ulong salt) => new SeededRandom((ulong)Value ^ (ulong)(Value >> 64) ^ salt).NextDouble();

    private static IEnumerable<RowValue> BeforeLastAnswer(ConversationExample chat)
    {
        var last = chat.Messages.Count - 1;
        while (last >= 0 && chat.Messages[last].Find("role") is not { Kind: RowValueKind.String, Text: "assistant" }) last--;
        return last < 0 ? chat.Messages : chat.Messages.Take(last);
    }

    private sealed class Writer : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public bool Loose { get; init; }

        public void Passage(RowValue value)
        {
            if (value.Kind == RowValueKind.List) Messages(value.Items);
            else Text("text", value.Text);
        }

        public void Messages(IEnumerable<RowValue> messages)
        {
            foreach (var message in messages)
            {
                Text("role", message.Find("role")?.ToString() ?? "");
                foreach (var key in Spoken)
                    if (message.Find(key) is { IsNull: false } value) Text(key, value.Kind == RowValueKind.String ? value.Text : value.ToString());
            }
        }

        /// <summary>Name and text with the length in front, so that no two lists of texts run together alike.</summary>
        public void Text(string name, string text)
        {
            var bytes = Encoding.UTF8.GetBytes(Loose ? Normal(text) : text);
            _hash.AppendData(Encoding.UTF8.GetBytes(name));
            Number(bytes.Length);
            _hash.AppendData(bytes);
        }

        public void Number(int number)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
            _hash.AppendData(bytes);
        }

        public ContentHash Finish()
        {
            Span<byte> bytes = stackalloc byte[32];
            _hash.GetHashAndReset(bytes);
            return new(BinaryPrimitives.ReadUInt128LittleEndian(bytes));
        }

        public void Dispose() => _hash.Dispose();

        private static string Normal(string text)
        {
            var normal = new StringBuilder(text.Length);
            foreach (var c in text)
            {
                if (!char.IsWhiteSpace(c)) normal.Append(char.ToLowerInvariant(c));
                else if (normal.Length > 0 && normal[^1] != ' ') normal.Append(' ');
            }

            return normal.ToString().TrimEnd(' ');
        }
    }
}
