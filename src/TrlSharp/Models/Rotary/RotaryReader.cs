using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Rotary;

/// <summary>
/// Reads the rotary settings of a config.json in the spelling of transformers 5 (<c>rope_parameters</c>, possibly one object per layer type) and of
/// transformers 4 (<c>rope_theta</c>, <c>rope_scaling</c>, <c>partial_rotary_factor</c> …).
/// </summary>
/// <param name="Theta">Base where the config is silent; differs by family.</param>
/// <param name="PartialFactor">Share of a head that turns where the config is silent.</param>
/// <param name="Layout">Which channels form a pair.</param>
/// <param name="ThetaKey">What the base is called at the top of the file.</param>
internal sealed record RotaryReader(double Theta = 10_000, double PartialFactor = 1, RotaryLayout Layout = RotaryLayout.Halves, string ThetaKey = "rope_theta")
{
    /// <param name="config">The root of config.json.</param>
    /// <param name="headSize">Channels of a head.</param>
    /// <param name="layerType">The layer type whose table this is, for families with one table per type.</param>
    public RotaryEmbedding Read(ConfigReader config, int headSize, string? layerType = null)
    {
        var section = Section(config, layerType);
        config.Has("original_max_position_embeddings"); // Stands in files of Phi-3 whose table is not extended.
        config.Has("rope_theta");
        var theta = Setting(section, config, "rope_theta", ThetaKey) ?? (config.Has("rotary_emb_base") ? config.Double("rotary_emb_base") : Theta);
        var partial = Setting(section, config, "partial_rotary_factor") ?? (config.Has("rotary_pct") ? config.Double("rotary_pct") : PartialFactor);
        return Build(config, section, theta, (int)(headSize * partial));
    }

    /// <summary>A table without any context extension, whatever the config says of others.</summary>
    public RotaryEmbedding Plain(double theta, int headSize) => Fixed(headSize, () => RotaryFrequencies.Plain(theta, headSize));

    /// <summary>The object with the settings; null where the config has none.</summary>
    public static ConfigReader? Section(ConfigReader config, string? layerType)
    {
        var section = config.Section("rope_parameters") ?? config.Section("rope_scaling");
        return layerType is not null && section is not null && section.Has(layerType) ? section.Section(layerType) : section;
    }

    private static double? Setting(ConfigReader? section, ConfigReader config, string key, string? outerKey = null)
    {
        outerKey ??= key;
        double? outer = config.Has(outerKey) ? config.Double(outerKey) : null;
        return section is not null && section.Has(key) ? section.Double(key) : outer;
    }

    private RotaryEmbedding Build(ConfigReader config, ConfigReader? section, double theta, int size)
    {
        if (size < 2 || size % 2 != 0) throw new ModelFolderException($"{config.Origin}: {size} channels of a head are to be rotated; an even number above 0 is needed.");
        var type = section is null ? "default" : section.Has("rope_type") ? section.Text("rope_type") : section.Text("type", "default");
        section?.Has("type"); // Files that were converted carry both spellings.
        switch (type)
        {
            case "default":
                return Fixed(size, () => RotaryFrequencies.Plain(theta, size));
            case "linear":
                var factor = section!.Double("factor");
                return Fixed(size, () => RotaryFrequencies.Plain(theta, size) / Scalars.Of(factor));
            case "dynamic":
                return Dynamic(config, section!, theta, size);
            case "llama3":
                var (by, low, high) = (section!.Double("factor"), section.Double("low_freq_factor"), section.Double("high_freq_factor"));
                var original = Original(config, section);
                return Fixed(size, () => RotaryFrequencies.Llama3(theta, size, by, low, high, original));
            case "yarn" when !section!.Has("long_factor"):
                return Yarn(config, section, theta, size);
            case "longrope" or "su" or "yarn":
                return LongRope(config, section!, theta, size);
            default:
                throw section!.Wrong(section.Has("rope_type") ? "rope_type" : "type", "default, linear, dynamic, llama3, yarn or longrope");
        }
    }

    private RotaryEmbedding Dynamic(ConfigReader config, ConfigReader section, double theta, int size)
    {
        var factor = section.Double("factor", 1);
        if (section.Has("alpha"))
        {
            // HunYuan: one stretch for every length.
            foreach (var unused in new[] { "beta_fast", "beta_slow", "mscale", "mscale_all_dim" }) section.Has(unused);
            var stretched = theta * Math.Pow(section.Double("alpha"), size / (size - 2.0));
            return Fixed(size, () => RotaryFrequencies.Plain(stretched, size));
        }

        section.Has("original_max_position_embeddings"); // transformers accepts it here and computes with the other.
        var maximum = config.Size("max_position_embeddings");
        return new(size, Layout, length => RotaryFrequencies.Dynamic(theta, size, factor, maximum, length), dependsOnLength: true);
    }

    /// <summary>YaRN with given settings.</summary>
    public RotaryEmbedding Yarn(double theta, int size, YarnSettings yarn) =>
        Fixed(size, () => RotaryFrequencies.Yarn(theta, size, yarn), yarn.Magnitude);

    private RotaryEmbedding Yarn(ConfigReader config, ConfigReader section, double theta, int size)
    {
        var original = Original(config, section);
        var factor = section.Has("factor") ? section.Double("factor") : config.Size("max_position_embeddings") / original;
        return Yarn(theta, size, new(factor, original, section.Bool("truncate", true))
        {
            BetaFast = section.Double("beta_fast", 32),
            BetaSlow = section.Double("beta_slow", 1),
            Scale = section.Double("mscale", 0),
            ScaleOfAll = section.Double("mscale_all_dim", 0),
            AttentionFactor = section.DoubleOrNull("attention_factor", null),
        });
    }

    private RotaryEmbedding LongRope(ConfigReader config, ConfigReader section, double theta, int size)
    {
        var original = Original(config, section);
        var factor = section.Has("factor") ? section.Double("factor") : config.Size("max_position_embeddings") / original;
        var magnitude = section.Has("attention_factor") ? section.Double("attention_factor") : factor <= 1 ? 1 : Math.Sqrt(1 + Math.Log(factor) / Math.Log(original));
        IReadOnlyList<double> Factors(string key)
        {
            var list = section.Doubles(key) ?? throw section.Wrong(key, "a list of numbers");
            return list.Count == size / 2 ? list : throw section.Wrong(key, $"a list of {size / 2} numbers");
        }

        var (brief, extended) = (Factors("short_factor"), Factors("long_factor"));
        return new(
            size, Layout, length => RotaryFrequencies.LongRope(theta, size, length > original ? extended : brief),
            dependsOnLength: true, magnitude, restartAbove: (int)original);
    }

    /// <summary>The context that the model was first trained with; a value at the top of the file overrules that in the object.</summary>
    private static double Original(ConfigReader config, ConfigReader section)
    {
        const string Key = "original_max_position_embeddings";
        double? inner = section.Has(Key) ? section.Size(Key) : null;
        return config.Has(Key) ? config.Size(Key) : inner ?? config.Size("max_position_embeddings");
    }

    private RotaryEmbedding Fixed(int size, Func<Tensor> frequencies, double magnitude = 1)
    {
        var computed = new Lazy<Tensor>(() => frequencies().DetachFromDisposeScope());
        return new(size, Layout, _ => computed.Value.alias(), magnitude: magnitude);
    }
}
