using TrlSharp.Checkpoints;
using TrlSharp.Models;

namespace TrlSharp.Generation;

/// <summary>What the author of a model recommends for generation: generation_config.json, or where it is absent the stop tokens of config.json.</summary>
/// <param name="Sampling">The settings, with the meaning and the defaults of transformers: without <c>do_sample</c> greedy, with it and without <c>top_k</c> 50.</param>
/// <param name="Notes">Settings that change what transformers writes and are not applied here, one sentence each.</param>
public sealed record GenerationDefaults(SamplingConfig Sampling, IReadOnlyList<string> Notes)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "generation_config.json";

    private const int SamplingTopK = 50;

    /// <summary>Methods of generation that are not implemented, with the value at which they do nothing.</summary>
    private static readonly (string Key, string Off)[] Unapplied =
    [
        ("num_beams", "1"), ("num_beam_groups", "1"), ("penalty_alpha", "0"), ("typical_p", "1"), ("epsilon_cutoff", "0"), ("eta_cutoff", "0"), ("top_h", "1"),
        ("no_repeat_ngram_size", "0"), ("encoder_no_repeat_ngram_size", "0"), ("encoder_repetition_penalty", "1"), ("bad_words_ids", ""), ("force_words_ids", ""),
        ("suppress_tokens", ""), ("begin_suppress_tokens", ""), ("forced_bos_token_id", ""), ("forced_eos_token_id", ""), ("sequence_bias", ""), ("guidance_scale", "1"),
        ("exponential_decay_length_penalty", ""), ("watermarking_config", ""), ("dola_layers", ""), ("constraints", ""),
    ];

    /// <summary>Reads a model folder.</summary>
    /// <exception cref="ModelFolderException">The file is damaged, or a value is out of its range.</exception>
    public static GenerationDefaults Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (File.Exists(path)) return Read(Open(folder, FileName));
        return new(new SamplingConfig { Temperature = 0, StopTokens = StopTokens(Open(folder, ModelFolder.ConfigName)) }, []);
    }

    private static ConfigReader Open(string folder, string name)
    {
        FolderFiles.Check(folder, name);
        var path = Path.Combine(folder, name);
        return new(StrictJson.ReadObject(path), path);
    }

    private static GenerationDefaults Read(ConfigReader file)
    {
        var isSampling = file.Bool("do_sample", false);
        var defaults = new SamplingConfig();
        var sampling = new SamplingConfig
        {
            Temperature = isSampling ? file.Double("temperature", 1) : 0,
            TopK = isSampling ? file.Int("top_k", SamplingTopK) : 0,
            TopP = isSampling ? file.Double("top_p", 1) : 1,
            MinP = isSampling ? file.Double("min_p", 0) : 0,
            RepetitionPenalty = file.Double("repetition_penalty", 1),
            MaxNewTokens = file.Int("max_new_tokens", defaults.MaxNewTokens),
            MinNewTokens = file.Int("min_new_tokens", 0),
            StopTokens = StopTokens(file),
            StopStrings = file.IsText("stop_strings") ? [file.Text("stop_strings")] : file.Texts("stop_strings") ?? [],
        };
        var problems = sampling.Problems().ToList();
        if (problems.Count > 0) throw new ModelFolderException($"{file.Origin}: {string.Join(" ", problems)}");
        return new(sampling, [.. Unapplied.Where(u => IsSet(file, u.Key, u.Off)).Select(u => $"{file.Origin} sets {u.Key}, which is not applied here.")]);
    }

    private static bool IsSet(ConfigReader file, string key, string off) =>
        file.IsOn(key) && !(file.IsNumber(key) && off.Length > 0 && file.Double(key) == double.Parse(off, System.Globalization.CultureInfo.InvariantCulture));

    private static IReadOnlyList<int> StopTokens(ConfigReader file) =>
        !file.Has("eos_token_id") ? [] : file.IsNumber("eos_token_id") ? [file.Int("eos_token_id")] : file.Ints("eos_token_id") ?? [];
}
