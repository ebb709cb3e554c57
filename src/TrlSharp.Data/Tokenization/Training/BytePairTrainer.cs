using System.Text.Json;
using TrlSharp.Tokenization.Files;
using TrlSharp.Tokenization.Models;
using TrlSharp.Tokenization.PreTokenizers;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Training;

/// <summary>
/// Learns a byte-level BPE vocabulary from texts: the most frequent pair of neighbouring tokens within words becomes a token, again and again
/// (arXiv:1508.07909); among equals the pair with the lowest ids. The result depends on the texts only, not on their order.
/// </summary>
public static class BytePairTrainer
{
    /// <summary>Words are those of Qwen 2: letters, single digits, symbols, white space.</summary>
    private const string Words = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Trains a tokenizer, which <see cref="Tokenizer.Save"/> writes as <c>tokenizer.json</c>.</summary>
    /// <exception cref="ConfigException">The vocabulary is too small for the bytes and the special tokens, or a special token is empty or twice there.</exception>
    public static Tokenizer Train(IEnumerable<string> texts, BytePairTrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        var vocabulary = new Utf8Vocabulary();
        foreach (var token in options.SpecialTokens) vocabulary.Add(System.Text.Encoding.UTF8.GetBytes(token), vocabulary.Count);

        // The alphabet in the order of its characters, as the reference trainer has it.
        var alphabet = Enumerable.Range(0, 256).Select(b => ByteAlphabet.CharOf((byte)b)).Order().ToArray();
        var byteIds = new int[256];
        foreach (var c in alphabet)
        {
            byteIds[ByteAlphabet.ByteOf(c)] = vocabulary.Count;
            vocabulary.Add(System.Text.Encoding.UTF8.GetBytes([c]), vocabulary.Count);
        }

        var learner = new PairLearner(vocabulary, CountWords(texts, options.SpecialTokens), byteIds);
        var merges = learner.Learn(options.VocabularySize, options.MinimumFrequency);
        vocabulary.Freeze();
        return Build(vocabulary, merges, options);
    }

    private static void Check(BytePairTrainingOptions options)
    {
        var least = 256 + options.SpecialTokens.Count;
        if (options.VocabularySize < least)
            throw new ConfigException($"A byte-level vocabulary of {options.VocabularySize} tokens has no room for 256 bytes and {options.SpecialTokens.Count} special tokens. Ask for {least} or more.");
        if (options.SpecialTokens.Any(string.IsNullOrEmpty) || options.SpecialTokens.Distinct(StringComparer.Ordinal).Count() < options.SpecialTokens.Count)
            throw new ConfigException("Special tokens must be different strings that are not empty.");
        foreach (var (name, token) in options.NamedTokens)
            if (!options.SpecialTokens.Contains(token)) throw new ConfigException($"{name} is \"{token}\", which is not among the special tokens. Add it there.");
    }

    private static Dictionary<string, long> CountWords(IEnumerable<string> texts, IReadOnlyList<string> specialTokens)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookUp = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var scanner = KnownPatterns.Find(Words)!;
        var words = new PieceList();
        foreach (var text in texts)
        {
            foreach (var part in specialTokens.Count == 0 ? [text] : text.Split([.. specialTokens], StringSplitOptions.None))
            {
                words.Clear();
                scanner.FindAll(part, words);
                for (var i = 0; i < words.Count; i++)
                {
                    var word = part.AsSpan()[words[i].Start..words[i].End];
                    lookUp[word] = lookUp.TryGetValue(word, out var count) ? count + 1 : 1;
                }
            }
        }

        return counts;
    }

    private static Tokenizer Build(Utf8Vocabulary vocabulary, MergeTable merges, BytePairTrainingOptions options)
    {
        var addedTokens = options.SpecialTokens.Select((content, id) => new { id, content, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true });
        var split = new { type = "Split", pattern = new { Regex = Words }, behavior = "Isolated", invert = false };
        var byteLevel = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = false, use_regex = false };
        var sections = JsonSerializer.Serialize(new
        {
            version = "1.0",
            truncation = (string?)null,
            padding = (string?)null,
            added_tokens = addedTokens,
            normalizer = (string?)null,
            pre_tokenizer = new { type = "Sequence", pretokenizers = new object[] { split, byteLevel } },
            post_processor = byteLevel,
            decoder = byteLevel,
        });
        const string Model = """
            {"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,
            "byte_fallback":false,"ignore_merges":false}
            """;
        var file = TokenizerFile.Create(sections, Model, vocabulary, merges);
        return new Tokenizer(TokenizerParts.Read(file), new TokenizerSettings { SpecialTokens = options.NamedTokens });
    }
}
