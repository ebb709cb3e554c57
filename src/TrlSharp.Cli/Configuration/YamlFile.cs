using System.Globalization;
using System.Numerics;
using TrlSharp.Rows;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TrlSharp.Cli.Configuration;

/// <summary>Reads a run's YAML file into keys with their lines. Plain scalars follow the YAML 1.2 core schema, plus Python's <c>yes/no/on/off</c>.</summary>
internal static class YamlFile
{
    /// <summary>The top-level keys of the file in order.</summary>
    /// <exception cref="ConfigException">No such file, malformed YAML, not a map at the top, a key that occurs twice, an anchor or tag.</exception>
    public static IReadOnlyList<YamlEntry> Load(string path)
    {
        if (!File.Exists(path)) throw new ConfigException($"--config: the file {path} does not exist.");
        var stream = new YamlStream();
        try
        {
            using var reader = new StreamReader(path);
            stream.Load(reader);
        }
        catch (YamlException e)
        {
            throw new ConfigException(string.Create(CultureInfo.InvariantCulture, $"{path}:{e.Start.Line}:{e.Start.Column}: malformed YAML: {e.Message}"), e);
        }

        return stream.Documents.Count switch
        {
            0 => [],
            1 when stream.Documents[0].RootNode is YamlMappingNode map => [.. map.Children.Select(c => Entry(path, c.Key, c.Value))],
            1 => throw new ConfigException($"{path}: the top level must be a map of settings, \"learning_rate: 2e-5\" and so on."),
            _ => throw new ConfigException($"{path} holds {stream.Documents.Count} YAML documents; keep one."),
        };
    }

    private static YamlEntry Entry(string path, YamlNode key, YamlNode value)
    {
        if (key is not YamlScalarNode { Value: { } name }) throw Fault(path, key, "a key must be a plain word");
        return new(name, Convert(path, value), path, key.Start.Line);
    }

    private static RowValue Convert(string path, YamlNode node) => node switch
    {
        YamlScalarNode scalar => Scalar(scalar),
        YamlSequenceNode list => RowValue.List([.. list.Children.Select(c => Convert(path, c))]),
        YamlMappingNode map => RowValue.Map([.. map.Children.Select(c => Entry(path, c.Key, c.Value)).Select(e => KeyValuePair.Create(e.Key, e.Value))]),
        _ => throw Fault(path, node, "anchors and aliases are not used here; write the value out"),
    };

    private static RowValue Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any)) return RowValue.Of(text);
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL": return RowValue.Null;
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "on" or "On": return RowValue.True;
            case "false" or "False" or "FALSE" or "no" or "No" or "off" or "Off": return RowValue.False;
        }

        if (BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)) return RowValue.Of(integer);
        const NumberStyles Real = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Real, CultureInfo.InvariantCulture, out var real) && char.IsAsciiDigit(text.TrimStart('+', '-', '.')[..1].FirstOrDefault())
            ? RowValue.Of(real)
            : RowValue.Of(text);
    }

    private static ConfigException Fault(string path, YamlNode node, string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{path}:{node.Start.Line}:{node.Start.Column}: {what}."));
}
