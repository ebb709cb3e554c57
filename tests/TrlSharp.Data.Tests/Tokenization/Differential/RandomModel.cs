using System.Globalization;
using System.Text.Json.Nodes;

namespace TrlSharp.Data.Tests.Tokenization.Differential;

/// <summary>The <c>model</c> of a random <c>tokenizer.json</c>: every kind, with random vocabulary, merges and flags.</summary>
internal sealed class RandomModel(SeededRandom random)
{
    public const string Letters = "abcdeghilnorstABCI0123456789.,!?'-_#|▁Ġ<>éàßş中文字日の한글\u0301\u0327\n\t 😀𝒳";

    public static readonly string[] Contents =
        ["<s>", "</s>", "<mask>", "<|im_end|>", "ab", "the", "Cat", "é", "É", " a", "a ", "▁▁", "\n\n", "<s>s", "中文", "😀", "[CLS]", "12", "İ", "<0x0A>", "!", "  "];

    public static readonly string[] Words =
        ["the", "in", "er", "aa", "aaaa", "ab", "abab", "the cat", "don't", "it's", "WE'LL", "naïve", "café", "ﬁ", "½", "²", "中文", "한국어", "日本の", "\u1112\u1161\u11ab", "İstanbul", "ΣΑΣ", "a\u0301\u0327", "\u0301",
            "3.14", "1234567", "٣٤", "x=y;", "\r\n", "  ", "\u00a0", "\u3000", "\u200b", "\u200d", "\ufeff", "\u0085", "\0", "\u0007", "<0x61>", "Ċ", "do not", " .", " '", " n't", "👩\u200d👩", "🇩🇪", "𐐀𐐨", "ʰ", "Ⅷ", "_", "__a", "##a", "</w>"];

    /// <summary>Its tokens; once it is made, each once and by id.</summary>
    public List<string> Vocabulary { get; } = [];

    /// <summary>Where the engine trims ranges (nothing real does so after adding tokens), it takes the unknown token of such a model for the normalized text itself; no tokenizer asks for that.</summary>
    public bool IsUnigram { get; private set; }

    public JsonObject Create()
    {
        Vocabulary.Add("<unk>");
        if (random.Flag()) Vocabulary.AddRange(Enumerable.Range(0, random.Chance(4) ? 0xC0 : 256).Select(b => string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>")));
        if (random.Flag())
            for (var b = 0; b < 256; b++) Vocabulary.Add(TrlSharp.Tokenization.Text.ByteAlphabet.CharOf((byte)b).ToString());
        foreach (var rune in Letters.EnumerateRunes())
            if (!random.Chance(6)) Vocabulary.Add(rune.ToString());
        if (random.Flag()) Vocabulary.AddRange(Contents.Where(_ => random.Chance(3)));
        var model = random.Next(5) switch
        {
            0 => Unigram(),
            1 => WordPiece(),
            2 => WordLevel(),
            _ => BytePair(),
        };
        if (random.Chance(10)) model.Remove("type");
        return model;
    }

    private JsonObject Ids()
    {
        var vocabulary = new JsonObject();
        var shift = random.Chance(5) ? random.Next(4) : 0;
        foreach (var token in Vocabulary.Distinct().ToArray()) vocabulary[token] = vocabulary.Count + shift;
        (string[] distinct, _) = ([.. Vocabulary.Distinct()], 0);
        Vocabulary.Clear();
        Vocabulary.AddRange(distinct);
        return vocabulary;
    }

    private JsonObject WordLevel()
    {
        Vocabulary.AddRange(Words.Where(_ => random.Flag()));
        return Parts.Create("WordLevel", ("vocab", Ids()), ("unk_token", random.Chance(8) ? "none" : "<unk>"));
    }

    private JsonObject WordPiece()
    {
        var prefix = random.Pick(["##", "", "▁"]);
        Vocabulary.AddRange(Letters.EnumerateRunes().Where(_ => !random.Chance(5)).Select(rune => prefix + rune));
        Vocabulary.AddRange(Words.Where(_ => random.Flag()));
        Vocabulary.AddRange(Words.Where(_ => random.Flag()).Select(word => prefix + word));
        return Parts.Create("WordPiece", ("unk_token", "<unk>"), ("continuing_subword_prefix", prefix), ("max_input_chars_per_word", random.Pick([3, 10, 100])), ("vocab", Ids()));
    }

    private JsonObject Unigram()
    {
        Vocabulary.AddRange(Words.Where(_ => random.Flag()));
        IsUnigram = true;
        Vocabulary.AddRange(Words.Where(_ => random.Chance(3)).Select(word => "▁" + word));
        var repeats = random.Chance(6);
        if (!repeats)
        {
            string[] distinct = [.. Vocabulary.Distinct()];
            Vocabulary.Clear();
            Vocabulary.AddRange(distinct);
        }

        var coarse = random.Flag();
        var pieces = new JsonArray([.. Vocabulary.Select(piece => (JsonNode)new JsonArray(piece, coarse ? -random.Next(6) : -(random.NextDouble() * 12)))]);
        var model = Parts.Create("Unigram", ("unk_id", random.Chance(8) ? null : 0), ("vocab", pieces));
        if (!random.Chance(4)) model["byte_fallback"] = random.Flag();
        return model;
    }

    private JsonObject BytePair()
    {
        var (prefix, suffix) = (random.Chance(4) ? "##" : "", random.Chance(4) ? "</w>" : "");
        var affixes = prefix.Length + suffix.Length > 0;
        if (prefix.Length > 0) Vocabulary.AddRange(Letters.EnumerateRunes().Select(rune => prefix + rune));
        if (suffix.Length > 0) Vocabulary.AddRange(Letters.EnumerateRunes().SelectMany(rune => new[] { rune + suffix, prefix + rune + suffix }));
        var merges = new List<(string Left, string Right)>();
        for (var n = random.Next(80); n > 0; n--)
        {
            var (left, right) = (random.Pick(Vocabulary), random.Pick(Vocabulary));
            if (left.Length == 0 || right.Length == 0 || left.EndsWith(suffix + " ", StringComparison.Ordinal) || !right.StartsWith(prefix, StringComparison.Ordinal)) continue;
            merges.Add((left, right));
            Vocabulary.Add(left + right[prefix.Length..]);
            if (random.Chance(20)) merges.Add(random.Pick(merges));
        }

        var asText = random.Flag() && !merges.Exists(merge => (merge.Left + merge.Right).Contains(' ', StringComparison.Ordinal) || merge.Left.StartsWith("#version", StringComparison.Ordinal));
        var vocabulary = Ids();
        var model = Parts.Create("BPE", ("dropout", null), ("unk_token", random.Chance(3) ? null : random.Chance(10) ? "none" : "<unk>"));
        if (!random.Chance(4) || affixes) model["continuing_subword_prefix"] = prefix.Length > 0 || random.Flag() ? prefix : null;
        if (!random.Chance(4) || affixes) model["end_of_word_suffix"] = suffix.Length > 0 || random.Flag() ? suffix : null;
        if (!random.Chance(4)) model["fuse_unk"] = random.Flag();
        if (!random.Chance(4)) model["byte_fallback"] = !affixes && random.Flag();
        if (!random.Chance(4)) model["ignore_merges"] = random.Flag();
        var list = new JsonArray([.. merges.Select(merge => asText ? (JsonNode)$"{merge.Left} {merge.Right}" : new JsonArray(merge.Left, merge.Right))]);
        if (random.Flag()) (model["vocab"], model["merges"]) = (vocabulary, list);
        else (model["merges"], model["vocab"]) = (list, vocabulary);
        return model;
    }
}
