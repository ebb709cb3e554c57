using System.Buffers.Binary;
using System.Text;
using TrlSharp.Checkpoints;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    private readonly Draws _draws = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string header, int dataLength, long? claimed = null)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, claimed ?? json.Length);
        json.CopyTo(bytes, 8);
        var path = Path.Combine(_folder, "x.safetensors");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8)]
    [InlineData("{}", 0)]
    [InlineData("{\"a\":{\"dtype\":\"BF16\",\"shape\":[0,3],\"data_offsets\":[0,0]},\"__metadata__\":{\"format\":\"pt\"}}   ", 0)]
    [InlineData("{\"b\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[2,3]},\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]}}", 3)]
    public void Valid_headers_are_read(string header, int data) =>
        Assert.Equal(data, SafetensorsFile.Open(Write(header, data)).Entries.Sum(entry => entry.End - entry.Start));

    [Theory]
    [InlineData("[1]", 0, "start with")]
    [InlineData(" {}", 0, "start with")]
    [InlineData("{\"a\":1}", 0, "object")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "keys")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}", 8, "keys")]
    [InlineData("{\"a\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "F33")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "but 8 bytes")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "-2")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}", 8, "2.5")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}", 8, "overflows")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "data_offsets")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8, "data_offsets")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12, "starts at byte 4")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12, "starts at byte 4")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 12, "cut off")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4, "cut off")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "not valid")]
    [InlineData("{\"__metadata__\":{\"a\":1}}", 0, "only texts")]
    [InlineData("{\"__metadata__\":[]}", 0, "not an object")]
    [InlineData("{\"a\":", 0, "not valid")]
    [InlineData("{\"a\\ud800\":1}", 0, "")]
    public void Damaged_headers_are_refused_with_the_reason(string header, int data, string reason)
    {
        var error = Assert.Throws<ModelFolderException>(() => SafetensorsFile.Open(Write(header, data)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(100_000_001)]
    [InlineData(1000)]
    public void A_header_length_beyond_the_file_or_the_limit_is_refused(long claimed) =>
        Assert.Throws<ModelFolderException>(() => SafetensorsFile.Open(Write("{}", 0, claimed)));

    [Fact]
    public void Files_that_are_shorter_than_a_length_or_missing_are_refused()
    {
        var path = Path.Combine(_folder, "short.safetensors");
        Assert.Throws<ModelFolderException>(() => SafetensorsFile.Open(path));
        File.WriteAllBytes(path, [1, 2, 3]);
        Assert.Throws<ModelFolderException>(() => SafetensorsFile.Open(path));
    }

    [Fact]
    public void Tensors_of_every_type_and_layout_come_back_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        var tensors = new (string, Tensor)[]
        {
            ("ü", _draws.Normal(3, 5)), ("half", _draws.Normal(7).to(float16)), ("brain", _draws.Normal(2, 2).to(bfloat16)), ("double", _draws.Normal(1).to(float64)), ("long", arange(5)), ("bool", tensor(new[] { true, false })),
            ("empty", zeros(0, 4)), ("scalar", tensor(3f)), ("strided", _draws.Normal(4, 6).t()), ("slice", _draws.Normal(10).narrow(0, 3, 4)), ("int", arange(3, dtype: int32)), ("byte", ones(3, dtype: uint8)),
        };
        var path = Path.Combine(_folder, "all.safetensors");
        SafetensorsWriter.Write(path, tensors);
        var file = SafetensorsFile.Open(path);
        Assert.Equal("pt", file.Metadata["format"]);
        foreach (var (name, expected) in tensors)
        {
            var actual = file.Read(name);
            Assert.Equal(expected.dtype, actual.dtype);
            Assert.Equal(expected.shape, actual.shape);
            Assert.True(actual.eq(expected).all().item<bool>(), name);
        }

        Assert.Equal(0, file.Entries[0].Start % 8);
        Assert.Equal(["all.safetensors"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Writing_to_a_tensor_changes_neither_the_file_nor_its_neighbours_nor_a_second_reading()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "two.safetensors");
        SafetensorsWriter.Write(path, [("a", ones(4)), ("b", ones(4))]);
        var before = File.ReadAllBytes(path);
        var file = SafetensorsFile.Open(path);
        var (a, b) = (file.Read("a"), file.Read("b"));
        a.fill_(5);
        Assert.Equal(4, b.sum().item<float>());
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(4, SafetensorsFile.Open(path).Read("a").sum().item<float>());
    }

    [Fact]
    public void A_tensor_outlives_the_file_object_and_the_deletion_of_the_file()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "gone.safetensors");
        SafetensorsWriter.Write(path, [("a", arange(1000, dtype: float32))]);
        var a = SafetensorsFile.Open(path).Read("a");
        File.Delete(path);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(499_500, a.sum().item<float>());
    }

    [Fact]
    public void A_failed_write_leaves_nothing_behind()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<DirectoryNotFoundException>(() => SafetensorsWriter.Write(Path.Combine(_folder, "no", "x.safetensors"), [("a", ones(1))]));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }
}
